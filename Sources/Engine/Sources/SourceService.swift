import Domain
import Logging
import SQL
import ServiceLifecycle
import Storage
import Synchronization

/// Reads the sources of the configuration in force, each when it is due. Whatever happens to one, the others and the server go on.
///
/// Of several processes on one database exactly one reads a source at a time: a run is claimed on the source's row.
public final class SourceService: Service, Sendable {
  private let current: CurrentBlueprint
  private let database: any Database
  private let time: any TimeSource
  private let logger: Logger
  private let interval: TimeSpan
  private let sync: @Sendable (Source) -> SourceSync
  /// Sources that are being read by this process.
  private let active = Mutex<Set<String>>([])

  /// - Parameters:
  ///   - interval: how often is looked whether a source is due.
  ///   - owner: tells this process from all others.
  ///   - open: opens a source's database. - Throws: `ForeignFailure`.
  public init(
    current: CurrentBlueprint, database: any Database, sink: any IntakeSink, time: any TimeSource, logger: Logger, owner: String,
    interval: TimeSpan = .seconds(1), open: @escaping @Sendable (SourceDatabase) throws -> any ForeignDatabase
  ) {
    self.current = current
    self.database = database
    self.time = time
    self.logger = logger
    self.interval = interval
    sync = { SourceSync(source: $0, database: database, sink: sink, time: time, owner: owner, open: open) }
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          for (source, kind) in await self.due() { group.addTask { await self.read(source, kind) } }
          do { try await self.time.sleep(for: self.interval) } catch { break }
        }
        group.cancelAll()
      }
    }
  }

  /// Reads all that is due now, one after the other, and returns: for simulations and tests.
  public func runDue() async {
    for (source, kind) in await due() { await read(source, kind) }
  }

  /// What is due and not being read here; it counts as being read from now on.
  private func due() async -> [(Source, SourceRunKind)] {
    let blueprint = current.blueprint
    let now = time.now()
    var due: [(Source, SourceRunKind)] = []
    // A source without its secret has been warned of.
    for source in blueprint.sources where source.database != nil && !active.withLock({ $0.contains(source.name) }) {
      do {
        let progress = try await database.read { try SourceQueries.progress(of: source.name, $0) }
        let schedule = SourceSchedule(source: source, timeZone: blueprint.timeZone)
        guard let kind = schedule.due(at: now, progress), active.withLock({ $0.insert(source.name).inserted }) else { continue }
        due.append((source, kind))
      } catch is CancellationError {
        return due
      } catch {
        logger.error(
          "sources cannot be looked at; trying again", metadata: ["error": "\((error as? DatabaseFailure)?.detail ?? "\(error)")"])
      }
    }
    return due
  }

  private func read(_ source: Source, _ kind: SourceRunKind) async {
    defer { active.withLock { _ = $0.remove(source.name) } }
    do {
      let run = try await sync(source).run(kind)
      logger.info(
        "source read",
        metadata: [
          "source": "\(source.name)", "kind": "\(kind.rawValue)", "rows": "\(run.read)", "new": "\(run.accepted)",
          "rejected": "\(run.rejected)", "deleted": "\(run.deleted)",
        ])
    } catch is CancellationError {
      return
    } catch SourceFailure.busy {
      // Another process was quicker.
      return
    } catch {
      logger.warning("source failed; trying again", metadata: ["source": "\(source.name)", "reason": "\(error)"])
    }
  }
}
