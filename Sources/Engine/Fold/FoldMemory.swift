import Domain
import Storage

/// What the fold keeps between transactions so that it need not ask the database again. Always droppable: everything in it is stored.
struct FoldMemory {
  /// What this process owned while it remembered this.
  var tenure: Tenure?
  /// The blueprint that `customers` were loaded under.
  var blueprintVersion = ""
  var customers: [String: StoredCustomer] = [:]
  var actors: [String: ActorRecord] = [:]
  private(set) var names: [String: Int64]?
  private(set) var namesByNumber: [Int64: String] = [:]
  var arrivals: Arrivals?
  /// What trails; kept where one process folds everything.
  var trail: Trail?
  /// It is known what the tables lack, and `trail` holds it.
  var isUpToDate = false

  /// More customers or actors than this are not kept; the next ones begin with an empty memory.
  static let maximumCustomers = 50_000
  static let maximumActors = 500_000

  mutating func know(_ more: [String: Int64]) {
    names = (names ?? [:]).merging(more) { $1 }
    for (name, number) in more { namesByNumber[number] = name }
  }

  mutating func trim() {
    if customers.count > Self.maximumCustomers { customers.removeAll(keepingCapacity: true) }
    if actors.count > Self.maximumActors { actors.removeAll(keepingCapacity: true) }
  }
}

/// The fold's memory, lent to one transaction at a time. It comes back only after the commit, and only if nobody else has begun a step or
/// written meanwhile; else the next step begins with an empty one.
struct LentMemory {
  private var memory = FoldMemory()
  private var loan = 0

  mutating func lend() -> (FoldMemory, loan: Int) {
    defer { forget() }
    return (memory, loan + 1)
  }

  mutating func giveBack(_ memory: FoldMemory, loan: Int) {
    if loan == self.loan { self.memory = memory }
  }

  mutating func forget() {
    memory = FoldMemory()
    loan += 1
  }
}
