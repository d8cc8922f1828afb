import Domain
import Engine
import SQL
import Storage

/// A source of tickets, with what is needed to read it.
struct Bench {
  let house: House
  let app: AppDatabase
  var source: Source

  static let schema = """
    CREATE TABLE cases (id INTEGER PRIMARY KEY, account TEXT, state TEXT, opened TEXT, changed TEXT);
    """

  private static let replacing =
    "ON CONFLICT (id) DO UPDATE SET account = excluded.account, state = excluded.state, changed = excluded.changed"

  func sync(
    _ kind: SourceRunKind, allowsDeletions: Bool = false, database: (any Database)? = nil, owner: String = "here",
    open: (@Sendable (SourceDatabase) throws -> any ForeignDatabase)? = nil
  ) async throws -> SourceRun {
    let sink = try await intake(on: database ?? house.database)
    return try await SourceSync(
      source: source, database: database ?? house.database, sink: sink, time: house.clock, owner: owner, open: open ?? app.open
    ).run(kind, allowsDeletions: allowsDeletions)
  }

  private func intake(on database: any Database) async throws -> DirectIntake {
    DirectIntake(database: database, log: try await Log(database: database, randomKey: (1, 2)), time: house.clock)
  }

  func insert(_ rows: [(id: Int, account: String, state: String, changed: String)]) async throws {
    for row in rows {
      try await app.run(
        """
        INSERT INTO cases VALUES (\(row.id), '\(row.account)', '\(row.state)', '2025-01-02 10:00:00', '\(row.changed)')
        \(Self.replacing)
        """)
    }
  }

  func insert(_ ids: ClosedRange<Int>, account: String = "acme", state: String = "open", changed: String) async throws {
    try await app.run(
      """
      WITH RECURSIVE n (i) AS (SELECT \(ids.lowerBound) UNION ALL SELECT i + 1 FROM n WHERE i < \(ids.upperBound))
      INSERT INTO cases SELECT i, '\(account)', '\(state)', '2025-01-02 10:00:00', '\(changed)' FROM n WHERE true \(Self.replacing)
      """)
  }

  /// Statuses by ticket, as the customer stands after all that was taken in.
  func statuses(of customer: String = "acme") async throws -> [String: TicketStatus] {
    try await house.settle()
    let now = house.clock.now()
    let state = try await house.state(of: customer)
    return state.tickets.compactMapValues { ticket in
      ticket.transitions.last { $0.at <= now }?.status
    }
  }

  func progress() async throws -> SourceProgress? {
    let name = source.name
    return try await house.database.read { try SourceQueries.progress(of: name, $0) }
  }
}

func withBench(
  watermark: String? = "updated_at", page: Int = 10, _ body: (inout Bench) async throws -> Void
) async throws {
  try await withAppDatabase(Bench.schema) { app in
    try await withHouse(now: Instant(iso8601: "2025-06-01T12:00:00Z") ?? .epoch) { house in
      let source = Source(
        name: "cases", kind: .tickets, database: .sqlite(path: "app.db"),
        query: "SELECT id, account AS customer, state AS status, opened AS opened_at, changed AS updated_at FROM cases",
        watermark: watermark, pageSize: page)
      var bench = Bench(house: house, app: app, source: source)
      try await body(&bench)
    }
  }
}

extension House {
  func state(of customer: String) async throws -> CustomerState {
    try await database.read { connection in
      let scope = StateScope(events: [], keepingFrom: Day(number: .max))
      let page = try CustomerWalk.page(after: .start, limit: 10_000, scope: scope, connection)
      return page.customers.first { $0.state.id == customer }?.state ?? CustomerState(id: customer)
    }
  }
}
