import Domain
import Logging
import SQL
import ServiceLifecycle

/// Looks every half minute whether daily work is due.
public struct DailyService: Service {
  let batch: DailyBatch
  let view: HealthViewKeeper
  let compaction: LogCompaction
  let recorder: HealthRecorder
  let precision: PrecisionKeeper

  public init(fold: Fold) {
    batch = DailyBatch(fold: fold)
    view = HealthViewKeeper(database: fold.database, current: fold.current, time: fold.time, logger: fold.logger)
    compaction = LogCompaction(database: fold.database, current: fold.current, time: fold.time)
    recorder = HealthRecorder(fold: fold)
    precision = PrecisionKeeper(database: fold.database, current: fold.current, time: fold.time)
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await step("dividing the log ahead") { try await LogUpkeep.makeParts(at: batch.fold.time.now(), batch.fold.database) }
        // A reloaded model's view is here within half a minute. Nodes of different configurations would replace it in turn: one decides.
        if batch.fold.tenancy.tenure.routes {
          await step("replacing \(HealthViewKeeper.viewName)") { try await view.putInForce() }
        }
        await step("refreshing \(HealthViewKeeper.viewName)") { try await view.keepFresh() }
        await step("the daily batch") {
          guard let report = try await batch.runIfDue() else { return }
          batch.fold.logger.info(
            "daily batch done", metadata: ["customers": "\(report.customers)", "differences": "\(report.differences.count)"])
        }
        await step("recording how healthy customers are") { try await recorder.runIfDue() }
        await step("counting how often alerts were right") { try await precision.runIfDue() }
        await step("summing up old events") {
          guard let report = try await compaction.runIfDue() else { return }
          batch.fold.logger.info("old events summed up", metadata: ["removed": "\(report.removed)", "summaries": "\(report.summaries)"])
          if let month = report.postponed {
            batch.fold.logger.warning("a part of the log is in use; its space is given back tomorrow", metadata: ["part": "\(month)"])
          }
        }
        do {
          try await batch.fold.time.sleep(for: .seconds(30))
        } catch { return }
      }
    }
  }

  /// Whatever goes wrong with one piece of work, the others are done; the next look tries again.
  private func step(_ name: String, _ work: () async throws -> Void) async {
    do {
      try await work()
    } catch is CancellationError {
      return
    } catch {
      let detail = (error as? DatabaseFailure)?.detail ?? "\(error)"
      batch.fold.logger.error("daily work failed; trying again", metadata: ["work": "\(name)", "error": "\(detail)"])
    }
  }
}
