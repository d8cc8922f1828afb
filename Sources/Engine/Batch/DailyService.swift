import Domain
import Logging
import SQL
import ServiceLifecycle

/// Looks every half minute whether daily work is due.
public struct DailyService: Service {
  let batch: DailyBatch
  let view: HealthViewKeeper
  let compaction: LogCompaction

  public init(fold: Fold) {
    batch = DailyBatch(fold: fold)
    view = HealthViewKeeper(database: fold.database, current: fold.current, time: fold.time, logger: fold.logger)
    compaction = LogCompaction(database: fold.database, current: fold.current, time: fold.time)
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          // A reloaded model's view is here within half a minute.
          try await view.putInForce()
          try await view.keepFresh()
          try await LogUpkeep.makeParts(at: batch.fold.time.now(), batch.fold.database)
          if let report = try await batch.runIfDue() {
            batch.fold.logger.info(
              "daily batch done", metadata: ["customers": "\(report.customers)", "differences": "\(report.differences.count)"])
          }
          if let report = try await compaction.runIfDue() {
            batch.fold.logger.info(
              "old events summed up", metadata: ["removed": "\(report.removed)", "summaries": "\(report.summaries)"])
          }
        } catch is CancellationError {
          return
        } catch {
          // Whatever it is, the server goes on; the next look tries again.
          let detail = (error as? DatabaseFailure)?.detail ?? "\(error)"
          batch.fold.logger.error("daily work failed; trying again", metadata: ["error": "\(detail)"])
        }
        do {
          try await batch.fold.time.sleep(for: .seconds(30))
        } catch { return }
      }
    }
  }
}
