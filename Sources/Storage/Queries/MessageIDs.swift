import Domain
import SQL
import Synchronization

/// Which messages are in the log already: those of the newest entries in memory, those of all before in the table `message_id`.
///
/// The table trails the log: ids come in no order, and written one by one each would cost a page. Up to its mark it has every id; those
/// behind are read from the log after a start, and where another process has appended.
public final class MessageIDs: Sendable {
  private struct State {
    /// In memory are the ids of entries up to here; `nil`: nothing is known yet.
    var through: Int64?
    /// The newest ids.
    var young: Set<Int64> = []
    /// Older ones, on their way into the table.
    var old: Writing?
    /// The ids of the table.
    var filter = TableFilter()
    /// Ids were noted in a transaction of which it is not known whether it was committed.
    var isInDoubt = false
  }

  private struct Writing {
    var hashes: Set<Int64>
    var sorted: [Int64]
    var written = 0
    /// The last entry among them.
    var through: Int64
  }

  private let hash: SipHash
  private let generation: Int
  private let state = Mutex(State())

  /// - Parameter generation: so many ids are gathered before they go into the table.
  public init(hash: SipHash, generation: Int = 200_000) {
    self.hash = hash
    self.generation = generation
  }

  /// The key of the hash belongs to the database; it is made once, from `made`.
  /// - Throws: `DatabaseFailure` where the stored one cannot be read.
  public static func key(orMade made: (UInt64, UInt64)? = nil, _ connection: any Connection) throws -> SipHash {
    let name = "message_key"
    let stored =
      try made.map { try HousekeepingQueries.setting(name, orMade: "\($0.0) \($0.1)", connection) }
      ?? HousekeepingQueries.setting(name, connection)
    let parts = (stored ?? "").split(separator: " ").compactMap { UInt64($0) }
    guard parts.count == 2 else {
      throw DatabaseFailure(kind: .unusable, message: "the database has lost its message key; restore a backup", detail: name)
    }
    return SipHash(key0: parts[0], key1: parts[1])
  }

  /// Puts ids into the table at once, because their entries leave the log.
  static func keep(_ messageIDs: [String], _ connection: any Connection) throws {
    guard !messageIDs.isEmpty else { return }
    let hash = try key(connection)
    let hashes = Set(messageIDs.map { Int64(bitPattern: hash($0)) }).sorted()
    try connection.insert(BulkInsert(into: "message_id", [.integers("hash", hashes)], onConflict: "DO NOTHING"))
  }

  /// What is kept of a message's id.
  public func hash(of messageID: String) -> Int64 { Int64(bitPattern: hash(messageID)) }

  /// Finds out which messages are new, in the transaction that appends them, under the lock of the log's end. `confirm` follows the commit.
  /// - Parameters:
  ///   - hashes: of the messages in order.
  ///   - end: the last position of the log.
  /// - Returns: for each whether it is new; of several alike the first is.
  func areNew(_ hashes: [Int64], end: Int64, _ connection: any Connection) throws -> [Bool] {
    var state = take()
    try catchUp(&state, to: end, connection)
    var fresh: Set<Int64> = []
    fresh.reserveCapacity(hashes.count)
    var isNew = hashes.map { hash in
      !state.young.contains(hash) && !(state.old?.hashes.contains(hash) ?? false) && fresh.insert(hash).inserted
    }
    let stored = try Self.stored(fresh.filter(state.filter.mayContain), connection)
    if !stored.isEmpty {
      for index in hashes.indices where stored.contains(hashes[index]) { isNew[index] = false }
      fresh.subtract(stored)
    }
    state.young.formUnion(fresh)
    try write(&state, budget: 2 * hashes.count + 1_000, connection)
    giveBack(state)
    return isNew
  }

  /// Entries up to a position have been appended since `areNew`, in the same transaction.
  func note(through end: Int64) { state.withLock { $0.through = end } }

  /// The transaction in which `areNew` was asked has been committed. Where this is not said the next one reads the log instead.
  public func confirm() { state.withLock { $0.isInDoubt = false } }

  private func take() -> State {
    state.withLock { held in
      defer { held = State(isInDoubt: true) }
      return held.isInDoubt ? State() : held
    }
  }

  private func giveBack(_ state: State) {
    self.state.withLock { held in
      held = state
      held.isInDoubt = true
    }
  }

  /// Reads what others have appended; at first all behind the table's mark.
  private func catchUp(_ state: inout State, to end: Int64, _ connection: any Connection) throws {
    if state.through == end { return }
    let mark = try Self.mark(connection)
    // Whoever has not appended for long begins anew: others have put into the table by now what is behind, or what has left the log.
    let known = max(mark, try CompactionQueries.position(of: .kept, connection))
    if let through = state.through, through < known { state = State() }
    if !state.filter.isLoaded { try state.filter.load(connection) }
    var place = state.through ?? mark
    while place < end {
      let rows = try connection.rows(
        "SELECT position, message_id FROM event WHERE position > $1 AND position <= $2 ORDER BY position LIMIT 20000", [place, end]
      ) { (position: $0.integer(0), hash: hash(of: $0.text(1))) }
      guard let last = rows.last else { break }
      state.young.formUnion(rows.lazy.map(\.hash))
      place = last.position
    }
    state.through = end
  }

  /// Up to where the table has every id.
  static func mark(_ connection: any Connection) throws -> Int64 {
    try connection.first("SELECT position FROM log_mark WHERE name = 'message_id'") { $0.integer(0) } ?? 0
  }

  private static func stored(_ hashes: Set<Int64>, _ connection: any Connection) throws -> Set<Int64> {
    guard !hashes.isEmpty else { return [] }
    return Set(
      try connection.rows(
        "SELECT hash FROM message_id WHERE hash \(connection.dialect.isAmong("$1"))", [SQLParameter.integers(hashes.sorted())]
      ) { $0.integer(0) })
  }

  /// Moves some of the older ids into the table, in its order: what lies side by side is written together.
  private func write(_ state: inout State, budget: Int, _ connection: any Connection) throws {
    if state.old == nil, state.young.count >= generation, let through = state.through {
      state.old = Writing(hashes: state.young, sorted: state.young.sorted(), through: through)
      state.young = []
    }
    guard var old = state.old else { return }
    state.old = nil
    let end = min(old.sorted.count, old.written + budget)
    try connection.insert(
      BulkInsert(into: "message_id", [.integers("hash", Array(old.sorted[old.written..<end]))], onConflict: "DO NOTHING"))
    old.written = end
    guard end == old.sorted.count else { return state.old = old }
    for hash in old.sorted { state.filter.insert(hash) }
    try connection.execute("UPDATE log_mark SET position = $1 WHERE name = 'message_id' AND position < $2", [old.through, old.through])
  }
}

/// What is surely not in the table `message_id`, so that new messages, nearly all of them, need no look at it.
private struct TableFilter: Sendable {
  /// Each twice as large as the one before it.
  private var parts: [BloomFilter] = []
  /// It knows the whole table; else everything may be in it.
  private(set) var isLoaded = false
  private var isComplete = false

  private static let firstCapacity = 1 << 20
  /// A longer table is looked into each time: memory is bounded. (80 MB.)
  private static let maximum = 1 << 26
  /// A longer table is not read at a start.
  private static let maximumAtStart = 2_000_000

  mutating func load(_ connection: any Connection) throws {
    isLoaded = true
    isComplete = true
    var count = 0
    try connection.stream("SELECT hash FROM message_id LIMIT \(Self.maximumAtStart + 1)", []) { row in
      insert(row.integer(0))
      count += 1
      return true
    }
    if count > Self.maximumAtStart { forget() }
  }

  private mutating func forget() {
    parts = []
    isComplete = false
  }

  mutating func insert(_ hash: Int64) {
    guard isComplete else { return }
    if parts.last?.isFull ?? true {
      let capacity = parts.last.map { $0.capacity * 2 } ?? Self.firstCapacity
      guard capacity <= Self.maximum else { return forget() }
      parts.append(BloomFilter(capacity: capacity))
    }
    parts[parts.count - 1].insert(hash)
  }

  func mayContain(_ hash: Int64) -> Bool { !isComplete || parts.contains { $0.mayContain(hash) } }
}
