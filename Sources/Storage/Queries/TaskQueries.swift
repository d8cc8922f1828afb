import Domain
import SQL

/// The table of tasks.
public enum TaskQueries {
  private static let columns =
    "id, customer, title, owner, due_at, priority, created_at, created_by, alert, closed_at, closed_by, outcome, note"

  /// Which tasks of all: those for which every part holds.
  public struct Filter: Hashable, Sendable {
    public enum State: Hashable, Sendable {
      case open
      /// Open, and due before then.
      case overdue(at: Instant)
      /// Open, and due in this span.
      case due(Range<Instant>)
      case closed
    }
    public enum Owner: Hashable, Sendable {
      case anyone
      case nobody
      /// In lower case, as it is kept.
      case address(String)
      /// Everybody else, and nobody; the address in lower case.
      case otherThan(String)
    }
    public var state: State
    public var owner: Owner
    /// `nil`: of all customers.
    public var customer: String?
    public init(state: State = .open, owner: Owner = .anyone, customer: String? = nil) {
      self.state = state
      self.owner = owner
      self.customer = customer
    }
  }

  // MARK: Writing

  /// Puts a task in. - Returns: whether it was new; one whose id is there already changes nothing.
  @discardableResult
  public static func insert(_ task: CustomerTask, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      """
      INSERT INTO task (shard, \(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      ON CONFLICT DO NOTHING
      """,
      [
        Shard.number(of: task.customer), task.id, task.customer, task.title, task.owner, task.dueAt.microseconds, task.priority.rawValue,
        task.createdAt.microseconds, task.createdBy, task.alert, task.closedAt?.microseconds, task.closedBy, task.outcome?.rawValue,
        task.note,
      ]) > 0
  }

  /// Puts the task of an alert in, unless it was there before or another one that an alert about the customer has made is open still.
  /// - Returns: whether it was put in.
  @discardableResult
  public static func insert(fromAlert task: CustomerTask, _ connection: any Connection) throws -> Bool {
    let isOpen = try connection.first(
      "SELECT 1 FROM task WHERE shard = $1 AND customer = $2 AND alert IS NOT NULL AND closed_at IS NULL LIMIT 1",
      [Shard.number(of: task.customer), task.customer]
    ) { _ in true }
    return try isOpen == nil && insert(task, connection)
  }

  /// Writes what has changed about a task that is open, its closing too.
  /// - Returns: whether it was open; else nothing has changed.
  @discardableResult
  public static func update(_ task: CustomerTask, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      """
      UPDATE task SET title = $1, owner = $2, due_at = $3, priority = $4, closed_at = $5, closed_by = $6, outcome = $7, note = $8
      WHERE shard = $9 AND customer = $10 AND id = $11 AND closed_at IS NULL
      """,
      [
        task.title, task.owner, task.dueAt.microseconds, task.priority.rawValue, task.closedAt?.microseconds, task.closedBy,
        task.outcome?.rawValue, task.note, Shard.number(of: task.customer), task.customer, task.id,
      ]) > 0
  }

  // MARK: Reading

  public static func load(id: String, _ connection: any Connection) throws -> CustomerTask? {
    try connection.first("SELECT \(columns) FROM task WHERE id = $1", [id], task)
  }

  /// Loads a task that is about to be changed in this transaction: others who want to change it wait for its end, and see what it did.
  public static func lock(id: String, _ connection: any Connection) throws -> CustomerTask? {
    try connection.first("UPDATE task SET closed_at = closed_at WHERE id = $1 RETURNING \(columns)", [id], task)
  }

  /// A page of tasks: open ones by due time, the longest due first; closed ones by when they were closed, the newest first.
  /// - Parameter cursor: `next` of the page before, of the same filter.
  /// - Throws: `AlertQueries.InvalidCursor`, `DatabaseFailure`.
  public static func list(
    _ filter: Filter, limit: Int, cursor: String? = nil, _ connection: any Connection
  ) throws -> Page<CustomerTask> {
    var values: [any SQLBindable] = []
    var conditions = Self.conditions(of: filter, &values)
    func bound(_ value: any SQLBindable) -> String {
      values.append(value)
      return "$\(values.count)"
    }
    let isClosed = filter.state == .closed
    let (column, direction) = isClosed ? ("closed_at", "DESC") : ("due_at", "ASC")
    if let place = try cursor.map(TimeCursor.init) {
      conditions.append("(\(column), id) \(isClosed ? "<" : ">") (\(bound(place.at)), \(bound(place.id)))")
    }
    var items = try connection.rows(
      """
      SELECT \(columns) FROM task WHERE \(conditions.joined(separator: " AND "))
      ORDER BY \(column) \(direction), id \(direction) LIMIT \(bound(limit + 1))
      """, values, task)
    guard items.count > limit, limit > 0 else { return Page(items: items, next: nil) }
    items.removeLast()
    return Page(items: items, next: items.last.map { TimeCursor(isClosed ? $0.closedAt ?? $0.dueAt : $0.dueAt, $0.id).text })
  }

  /// What holds for the tasks of a filter; the values of its parameters are appended in their order.
  private static func conditions(of filter: Filter, _ values: inout [any SQLBindable]) -> [String] {
    func bound(_ value: any SQLBindable) -> String {
      values.append(value)
      return "$\(values.count)"
    }
    var conditions: [String] = []
    if let customer = filter.customer {
      conditions += ["shard = \(bound(Shard.number(of: customer)))", "customer = \(bound(customer))"]
    }
    switch filter.owner {
    case .anyone: break
    case .nobody: conditions.append("owner IS NULL")
    case .address(let address): conditions.append("owner = \(bound(address))")
    case .otherThan(let address): conditions.append("owner IS DISTINCT FROM \(bound(address))")
    }
    switch filter.state {
    case .open: conditions.append("closed_at IS NULL")
    case .overdue(let now): conditions += ["closed_at IS NULL", "due_at < \(bound(now.microseconds))"]
    case .due(let span):
      conditions.append("closed_at IS NULL")
      conditions.append("due_at >= \(bound(span.lowerBound.microseconds))")
      conditions.append("due_at < \(bound(span.upperBound.microseconds))")
    case .closed: conditions.append("closed_at IS NOT NULL")
    }
    return conditions
  }

  /// How many tasks a filter has, counted up to a limit.
  public static func count(_ filter: Filter, limit: Int, _ connection: any Connection) throws -> Int {
    var values: [any SQLBindable] = []
    let conditions = Self.conditions(of: filter, &values).joined(separator: " AND ")
    values.append(limit)
    return try connection.first(
      "SELECT COUNT(*) FROM (SELECT 1 FROM task WHERE \(conditions) LIMIT $\(values.count)) AS counted", values
    ) { $0.int(0) } ?? 0
  }

  /// Open tasks of one person, the longest due first.
  public static func open(owner: String, limit: Int, _ connection: any Connection) throws -> [CustomerTask] {
    try list(Filter(owner: .address(owner)), limit: limit, connection).items
  }

  /// A customer's tasks: open ones by due time, then closed ones, the newest first.
  public static func all(customer: String, limit: Int, _ connection: any Connection) throws -> [CustomerTask] {
    let open = try list(Filter(customer: customer), limit: limit, connection).items
    guard open.count < limit else { return open }
    return try open + list(Filter(state: .closed, customer: customer), limit: limit - open.count, connection).items
  }

  /// Tasks that were closed since then, the newest first.
  public static func closed(since: Instant, limit: Int, _ connection: any Connection) throws -> [CustomerTask] {
    try connection.rows(
      "SELECT \(columns) FROM task WHERE closed_at IS NOT NULL AND closed_at >= $1 ORDER BY closed_at DESC, id DESC LIMIT $2",
      [since.microseconds, limit], task)
  }

  // MARK: Rows

  private static func task(_ row: any Row) throws -> CustomerTask {
    guard let priority = CustomerTask.Priority(rawValue: row.text(5)) else { throw unreadable("task.priority", row.text(5)) }
    let outcome = try row.optionalText(11).map { text in
      guard let outcome = CustomerTask.Outcome(rawValue: text) else { throw unreadable("task.outcome", text) }
      return outcome
    }
    return CustomerTask(
      id: row.text(0), customer: row.text(1), title: row.text(2), owner: row.optionalText(3), dueAt: Instant(microseconds: row.integer(4)),
      priority: priority, createdAt: Instant(microseconds: row.integer(6)), createdBy: row.text(7), alert: row.optionalText(8),
      closedAt: row.optionalInteger(9).map(Instant.init(microseconds:)), closedBy: row.optionalText(10), outcome: outcome,
      note: row.text(12))
  }
}
