import Foundation
import SQL

/// Says which process folds an embedded database: a lock on a file beside it, gone with the process however it ends.
public final class OwnerLock: Sendable {
  private let file: LockedFile

  /// Takes the lock; `nil` where another process has it.
  /// - Throws: `DatabaseFailure` where the lock's file cannot be made or locked.
  public init?(databasePath: String) throws {
    let path = URL(fileURLWithPath: databasePath).resolvingSymlinksInPath().path + ".owner"
    do { file = try LockedFile(path) } catch {
      guard case .unusable(let code) = error else { return nil }
      let reason = String(cString: strerror(code))
      throw DatabaseFailure(
        kind: .unusable, message: "\(path) cannot be made or locked (\(reason)): may you write beside the database?",
        detail: "errno \(code)")
    }
  }

  /// Runs `body` and keeps the lock until it is done.
  public func held<T>(_ body: () async throws -> T) async rethrows -> T {
    let result = try await body()
    withExtendedLifetime(self) {}
    return result
  }
}
