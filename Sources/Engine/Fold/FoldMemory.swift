import Domain
import Storage

/// A customer in the fold's memory, with what the step at hand has done to it.
///
/// @unchecked: only the step that has borrowed the memory touches it; what a failed step did to it is never seen, because the memory is
/// forgotten then.
final class CustomerCell: Aging, @unchecked Sendable {
  var stored: StoredCustomer
  /// The newest time of what has touched it since it was scored last; `nil`: nothing has.
  var touchedAt: Instant?
  /// Its own row is to be written.
  var isChanged = false
  /// There is an alert of it, open or closed, or nobody has looked yet.
  var mayHaveAlert = true
  /// Its score is to be written.
  var hasNewHealth = false
  /// As which it is counted among all scores, while another is to be written.
  var countedAs: (score: Int, band: Band)?
  var generation = 0

  init(_ stored: StoredCustomer) { self.stored = stored }
}

/// What is known of an id in the fold's memory. @unchecked: as `CustomerCell`.
final class ActorCell: Aging, @unchecked Sendable {
  var record: ActorRecord
  /// Its row is to be written before the step is over.
  var isChanged = false
  /// Its row lacks the newest time of a statement that changed nothing else; it is written some time.
  var isStale = false
  /// The number of the entry in which it was first met: nothing of it is stored yet.
  var newIn = -1
  var generation = 0

  init(_ record: ActorRecord) { self.record = record }
}

/// What the fold keeps between transactions so that it need not ask the database again. Always droppable: everything in it is stored, or
/// can be read from the log.
///
/// A class, so that nobody copies it by accident. @unchecked: only the step that has borrowed it touches it.
final class FoldMemory: @unchecked Sendable {
  /// What this process owned while it remembered this.
  var tenure: Tenure?
  /// The blueprint that `customers` were loaded under.
  var blueprintVersion = ""
  var customers = Recent<CustomerCell>(maximum: 120_000)
  var actors = Recent<ActorCell>(maximum: 300_000)
  private(set) var names: [String: Int64]?
  private(set) var namesByNumber: [Int64: String] = [:]
  var arrivals: Arrivals?
  /// What trails; kept where one process folds everything.
  var trail: Trail?
  /// It is known what the tables lack, and `trail` holds it.
  var isUpToDate = false
  /// It is known that nothing trails in any shard, while several processes share them.
  var isComplete = false
  /// Actors whose rows trail.
  var staleActors = StaleActors()
  /// Counts the entries taken in.
  var entryNumber = 0

  func know(_ more: [String: Int64]) {
    names = (names ?? [:]).merging(more) { $1 }
    for (name, number) in more { namesByNumber[number] = name }
  }

  func remember(_ stored: StoredCustomer) -> CustomerCell {
    let cell = CustomerCell(stored)
    customers[stored.state.id] = cell
    return cell
  }

  func remember(_ actor: ActorRecord) -> ActorCell {
    let cell = ActorCell(actor)
    actors[actor.id] = cell
    return cell
  }

  /// Lets go of customers and actors that nobody has asked for in a while, where there are too many.
  func trim() {
    customers.trim()
    actors.trim()
  }
}

/// Actors whose rows lack the newest time of a statement and nothing else. They are written in the order of their table, some a step.
struct StaleActors: Sendable {
  private var waiting: [ActorCell] = []
  /// On their way, in order, from `written` on.
  private var sorted: [ActorCell] = []
  private var written = 0
  /// The rows lack nothing of entries up to here once all of `sorted` are written.
  private var through: Int64 = 0

  private static let worthwhile = 25_000
  /// Entries that may pass until a round begins with fewer.
  private static let longest = 200_000
  private var entriesSince = 0

  var isEmpty: Bool { waiting.isEmpty && written == sorted.count }

  mutating func add(_ cell: ActorCell) {
    guard !cell.isStale else { return }
    cell.isStale = true
    waiting.append(cell)
  }

  /// The next ones to write after a step of so many entries: fewer than come, since a row that waits longer is written once for more of
  /// them; but no more wait than fit in memory, and none so long that a start would have to read much of the log again.
  /// - Parameter position: up to where entries have been taken in.
  /// - Returns: with them, up to where nothing is missing any more; `nil`: that is no further than before.
  mutating func take(ofEntries entries: Int, at position: Int64) -> (cells: [ActorCell], through: Int64?) {
    let count = waiting.count > 100_000 ? 2 * entries : entries / 2 + 100
    entriesSince += entries
    if written == sorted.count {
      // Few together would be far apart in the table.
      guard !waiting.isEmpty, waiting.count >= Self.worthwhile || entriesSince >= Self.longest else { return ([], nil) }
      sorted = waiting.sorted { $0.record.id < $1.record.id }
      (waiting, written, through, entriesSince) = ([], 0, position, 0)
    }
    let end = min(sorted.count, written + count)
    let cells = Array(sorted[written..<end])
    for cell in cells { cell.isStale = false }
    written = end
    return (cells, written == sorted.count ? through : nil)
  }

  /// All of them.
  mutating func takeAll() -> [ActorCell] {
    defer { self = StaleActors() }
    let cells = (sorted[written...] + waiting).sorted { $0.record.id < $1.record.id }
    for cell in cells { cell.isStale = false }
    return cells
  }
}

/// The fold's memory, lent to one transaction at a time. It comes back only after the commit, and only if nobody else has begun a step or
/// written meanwhile; else the next step begins with an empty one.
struct LentMemory: Sendable {
  private var memory = FoldMemory()
  private var loan = 0

  mutating func lend() -> (memory: FoldMemory, loan: Int) {
    let lent = memory
    forget()
    return (lent, loan)
  }

  mutating func giveBack(_ memory: FoldMemory, loan: Int) {
    if loan == self.loan { self.memory = memory }
  }

  mutating func forget() {
    memory = FoldMemory()
    loan += 1
  }
}
