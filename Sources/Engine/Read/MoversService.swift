import Domain
import Logging
import SQL
import ServiceLifecycle

/// Keeps ready who moved most, where finding out takes too long for those who ask.
public struct MoversService: Service {
  let inquiries: Inquiries
  let time: any TimeSource
  let logger: Logger

  public init(inquiries: Inquiries, time: any TimeSource, logger: Logger) {
    self.inquiries = inquiries
    self.time = time
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await inquiries.refreshMovers()
        } catch {
          let detail = (error as? DatabaseFailure)?.detail ?? "\(error)"
          logger.warning("who moved most could not be found out; trying again", metadata: ["error": "\(detail)"])
        }
        do { try await time.sleep(for: .seconds(1)) } catch { return }
      }
    }
  }
}
