import Domain
import Logging
import SQL
import ServiceLifecycle
import Synchronization

/// Runs the fold: at once when something was appended, and as time passes.
public final class FoldService: Service, Sendable {
  private let fold: Fold
  private let time: any TimeSource
  private let logger: Logger
  private let interval: TimeSpan
  private let healthy = Mutex(false)
  private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// - Parameter interval: how long a time-driven change, or an entry appended by another process, may wait for its turn.
  public init(fold: Fold, time: any TimeSource, logger: Logger, interval: TimeSpan = .milliseconds(200)) {
    self.fold = fold
    self.time = time
    self.logger = logger
    self.interval = interval
  }

  /// There is work: something was appended.
  public func wake() { signal.yield() }

  /// Whether the last step went well.
  public var isRunning: Bool { healthy.withLock { $0 } }

  public func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.tick() }
      await withTaskCancellationOrGracefulShutdownHandler {
        signal.yield()
        for await _ in signals { await work() }
      } onCancelOrGracefulShutdown: { [signal] in
        signal.finish()
      }
      // What waits beyond this one step is folded at the next start.
      await work()
      group.cancelAll()
    }
  }

  private func tick() async {
    while !Task.isCancelled {
      do {
        try await time.sleep(for: interval)
      } catch {
        return
      }
      signal.yield()
    }
  }

  private static let batch = 5_000

  private func work() async {
    do {
      var folded = 0
      repeat {
        folded = try await fold.foldNext(limit: Self.batch)
        // Time passes for customers whose answered events are all taken in, lest one be called silent whose login still waits.
        if folded < Self.batch { folded += try await fold.passTime() }
      } while folded > 0 && !Task.isShuttingDownGracefully
      healthy.withLock { $0 = true }
    } catch {
      healthy.withLock { $0 = false }
      let detail = (error as? DatabaseFailure)?.detail ?? "\(error)"
      logger.error("the fold cannot go on; trying again", metadata: ["error": "\(detail)"])
    }
  }
}
