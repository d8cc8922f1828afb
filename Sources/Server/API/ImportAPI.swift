import Domain
import Engine
import Hummingbird

/// Takes files of records.
struct ImportAPI: Sendable {
  let dependencies: ServerDependencies
  init(_ dependencies: ServerDependencies) { self.dependencies = dependencies }

  @Sendable func take(_ request: Request, _ context: RequestInfo) async throws -> Response {
    throw Problem.unavailable("Imports are not there yet.")
  }
}
