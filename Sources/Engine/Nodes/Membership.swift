import Domain
import Logging
import SQL
import ServiceLifecycle
import Storage
import Synchronization

/// This process as one of several on a database: says that it lives, watches whether the others do, and shares the shards out.
///
/// A node's number is its fence. Every commit of its fold holds the node's row in place; who takes the node for dead deletes that row, so a
/// node that only seemed dead can commit nothing more under that number and comes back under a new one.
public final class Membership: Tenancy, Service, Sendable {
  /// How often a node says that it lives.
  static let beatInterval = TimeSpan.seconds(1)
  /// A node whose beat stands still for so many looks is taken for dead.
  public static let maximumSilence = 10

  private struct State {
    var node: Node?
    var tenure = Tenure(fence: nil, shards: [], routes: false)
    /// Of each other node: its last beat, and for how many looks it has stood still.
    var seen: [Int64: (beat: Int64, silence: Int)] = [:]
  }

  private let database: any Database
  private let name: String
  private let current: CurrentBlueprint
  private let isSurelyGone: @Sendable (String) -> Bool
  private let time: any TimeSource
  private let logger: Logger
  private let state = Mutex(State())

  /// - Parameters:
  ///   - name: for people, like `host:pid`.
  ///   - current: what it runs; told to the others for `holdfast doctor`.
  ///   - isSurelyGone: whether the node of that name is known to be no more, so that nobody need wait for its silence.
  public init(
    database: any Database, name: String, current: CurrentBlueprint, isSurelyGone: @escaping @Sendable (String) -> Bool = { _ in false },
    time: any TimeSource, logger: Logger
  ) {
    self.database = database
    self.name = name
    self.current = current
    self.isSurelyGone = isSurelyGone
    self.time = time
    self.logger = logger
  }

  public var tenure: Tenure { state.withLock { $0.tenure } }

  /// The number under which this node claims deliveries; 0 while it is none.
  public var fence: Int64 { state.withLock { $0.node?.fence ?? 0 } }

  /// Whether other nodes are there, as far as is known.
  public func isAlone() async throws -> Bool {
    let own = fence
    return try await !database.read { try NodeQueries.all($0) }.contains { $0.fence != own && !isSurelyGone($0.name) }
  }

  /// Becomes a node, owning nothing yet.
  public func join() async throws {
    let (name, blueprint, now) = (name, current.blueprint.version, time.now())
    let node = try await database.write { [isSurelyGone] connection in
      for gone in try NodeQueries.all(connection) where isSurelyGone(gone.name) {
        _ = try NodeQueries.end(gone.fence, beat: gone.beat, at: now, connection)
      }
      return try NodeQueries.register(name: name, blueprint: blueprint, at: now, connection)
    }
    state.withLock { state in
      state.node = node
      state.tenure = Tenure(fence: node.fence, shards: [], routes: false)
    }
    logger.notice("joined as a node", metadata: ["node": "\(node.fence)", "name": "\(name)"])
  }

  /// Gives up all it owns. What it is sending must have ended.
  public func leave() async throws {
    let node = state.withLock { state in
      defer { state = State() }
      return state.node
    }
    guard let node else { return }
    let now = time.now()
    _ = try await database.write { try NodeQueries.end(node.fence, beat: nil, at: now, $0) }
  }

  /// Takes or gives shards so that every node has its share. Only while no step of the fold is under way.
  public func tend() async throws {
    guard let node = state.withLock({ $0.node }) else { return try await join() }
    let present = tenure
    do {
      let tenure = try await Self.share(node.fence, present: present, database)
      guard tenure != present else { return }
      state.withLock { state in
        guard state.node == node else { return }
        state.tenure = tenure
      }
      logger.notice("shards", metadata: ["owned": "\(tenure.shards.count)", "routes": "\(tenure.routes)"])
    } catch let failure as DatabaseFailure where failure.kind == .fenced {
      fenced()
      throw failure
    } catch let failure as DatabaseFailure where failure.kind == .outcomeUnknown {
      // What it has given away another may have by now: it owns nothing until it has looked.
      state.withLock { if $0.node == node { $0.tenure = Tenure(fence: node.fence, shards: [], routes: false) } }
      throw failure
    }
  }

  private static func share(_ fence: Int64, present: Tenure, _ database: any Database) async throws -> Tenure {
    // A look alone costs others nothing; nearly always all is well.
    let (isSettled, _) = try await database.read { connection in
      let (isSettled, change) = try plan(fence, connection)
      guard isSettled else { return (false, change) }
      return (try owned(by: fence, connection) == present, change)
    }
    if isSettled { return present }
    return try await database.write { connection in
      try NodeQueries.requireStanding(fence, connection)
      let (_, change) = try plan(fence, connection)
      if change > 0 { try NodeQueries.take(change, for: fence, connection) }
      if change < 0 {
        let owned = try NodeQueries.shards(of: fence, connection).sorted()
        try NodeQueries.release(Array(owned.suffix(-change)), of: fence, connection)
      }
      try NodeQueries.takeRouting(for: fence, connection)
      return try owned(by: fence, connection)
    }
  }

  private static func owned(by fence: Int64, _ connection: any Connection) throws -> Tenure {
    Tenure(
      fence: fence, shards: try NodeQueries.shards(of: fence, connection), routes: try NodeQueries.routingOwner(connection) == fence)
  }

  /// Whether this node has what it should have, and how many shards it should take (or give, if negative).
  private static func plan(_ fence: Int64, _ connection: any Connection) throws -> (isSettled: Bool, change: Int) {
    let count = max(1, try NodeQueries.all(connection).count)
    let owners = try NodeQueries.owners(connection)
    let (owned, free) = (owners[fence] ?? 0, owners[0] ?? 0)
    let share = (Shard.count + count - 1) / count
    let change = owned > share ? share - owned : min(share - owned, free)
    let router = try NodeQueries.routingOwner(connection)
    return (change == 0 && router != nil, change)
  }

  /// Others have taken this node for dead: whatever it knew it owned is not its own any more.
  public func fenced() {
    let wasNode = state.withLock { state in
      defer { state = State() }
      return state.node != nil
    }
    if wasNode { logger.error("this node was taken for dead; it joins anew") }
  }

  // MARK: Life signs

  /// Beats and watches until the group shuts down; then leaves.
  public func run() async throws {
    await cancelWhenGracefulShutdown { await self.live() }
    do { try await leave() } catch {
      logger.warning("this node could not say that it leaves; the others will notice", metadata: ["error": "\(error)"])
    }
  }

  /// Gives signs of life while `body` runs, as a node of its own: for commands. Leaves when it is done.
  public func asNode<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
    try await join()
    let result: Result<T, any Error> = await withTaskGroup(of: Result<T, any Error>?.self) { group in
      group.addTask {
        await self.live()
        return nil
      }
      group.addTask {
        do { return .success(try await body()) } catch { return .failure(error) }
      }
      for await finished in group {
        guard let finished else { continue }
        group.cancelAll()
        return finished
      }
      return .failure(CancellationError())
    }
    try await leave()
    return try result.get()
  }

  private func live() async {
    while !Task.isCancelled {
      do { try await time.sleep(for: Self.beatInterval) } catch { break }
      do {
        try await beat()
      } catch {
        let detail = (error as? DatabaseFailure)?.detail ?? "\(error)"
        logger.warning("no sign of life could be given", metadata: ["error": "\(detail)"])
      }
    }
  }

  /// One sign of life, and one look at the others; `run` does it every second.
  public func beat() async throws {
    guard let node = state.withLock({ $0.node }) else { return }
    let blueprint = current.blueprint.version
    let (stands, nodes) = try await database.write { connection in
      (try NodeQueries.beat(node.fence, blueprint: blueprint, connection), try NodeQueries.all(connection))
    }
    guard stands else { return fenced() }
    for silent in look(at: nodes.filter { $0.fence != node.fence }) {
      let now = time.now()
      let ended = try await database.write { try NodeQueries.end(silent.fence, beat: silent.beat, at: now, $0) }
      if ended {
        logger.error("a node is silent; its work is taken over", metadata: ["node": "\(silent.fence)", "name": "\(silent.name)"])
      }
    }
  }

  /// Notes the others' beats. - Returns: those that have stood still for too long.
  private func look(at others: [Node]) -> [Node] {
    state.withLock { state in
      var seen: [Int64: (beat: Int64, silence: Int)] = [:]
      for other in others {
        let before = state.seen[other.fence]
        seen[other.fence] = (other.beat, before?.beat == other.beat ? (before?.silence ?? 0) + 1 : 0)
      }
      state.seen = seen
      return others.filter { (seen[$0.fence]?.silence ?? 0) >= Self.maximumSilence }
    }
  }
}
