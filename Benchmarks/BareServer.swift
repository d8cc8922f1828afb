import CLibpq
import Foundation

/// A PostgreSQL server with nothing around it: for databases of the benchmark's own, and for what `COPY` reaches.
struct BareServer {
  /// The address of some database on it, as `scripts/postgres run` gives it.
  let address: String

  /// The address of another database on the same server.
  func address(of database: String) -> String {
    guard let slash = address.lastIndex(of: "/") else { return address }
    let options = address.firstIndex(of: "?").map { String(address[$0...]) } ?? ""
    return address[...slash] + database + options
  }

  /// Makes a database of a random name. - Returns: its name.
  func makeDatabase() throws -> String {
    let name = "holdfast_benchmark_" + Workload.hex(UInt64.random(in: 0...UInt64.max))
    try connected(to: address) { try Self.run("CREATE DATABASE \(name)", $0) }
    return name
  }

  func drop(_ database: String) throws {
    try connected(to: address) { try Self.run("DROP DATABASE IF EXISTS \(database) WITH (FORCE)", $0) }
  }

  func size(of database: String) throws -> Int {
    try connected(to: address) { connection in
      let result = PQexec(connection, "SELECT pg_database_size('\(database)')")
      defer { PQclear(result) }
      return PQgetvalue(result, 0, 0).flatMap { Int(String(cString: $0)) } ?? 0
    }
  }

  /// Rows a second of `COPY` into a table shaped like the log, 10,000 rows a transaction, as durable as Holdfast's own.
  func copies(seconds: Double, workload: Workload) throws -> Double {
    let database = try makeDatabase()
    defer { try? drop(database) }
    var workload = workload
    return try connected(to: address(of: database)) { connection in
      try Self.run(
        """
        CREATE TABLE event (position BIGINT PRIMARY KEY, shard BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT, contact TEXT, anonymous TEXT,
          customer TEXT, message_id TEXT NOT NULL, at BIGINT NOT NULL, version BIGINT NOT NULL, received_at BIGINT NOT NULL,
          payload TEXT NOT NULL)
        """, connection)
      let now = Clock.now().microseconds
      let start = Clock.seconds()
      var rows = 0
      while Clock.seconds() < start + seconds {
        try Interruption.check()
        try Self.run("BEGIN", connection)
        try Self.copy((0..<10_000).map { Self.line(workload.next(), position: rows + $0, at: now) }.joined(), connection)
        try Self.run("COMMIT", connection)
        rows += 10_000
      }
      return Double(rows) / (Clock.seconds() - start)
    }
  }

  private static func line(_ event: Workload.Event, position: Int, at: Int64) -> String {
    "\(position)\t\(event.customer % 64)\tevent\t\(event.name)\t\(Workload.contact(event))\t\\N\tc-\(event.customer)\t\(event.message)\t"
      + "\(at)\t\(at)\t\(at)\t{\"plan\":\"\(event.plan)\",\"items\":\(event.items)}\n"
  }

  private static func copy(_ text: String, _ connection: OpaquePointer) throws {
    let result = PQexec(connection, "COPY event FROM STDIN")
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_COPY_IN else { throw failure(connection) }
    var text = text
    let sent = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { PQputCopyData(connection, $0.baseAddress, Int32($0.count)) }
    }
    guard sent == 1, PQputCopyEnd(connection, nil) == 1 else { throw failure(connection) }
    while let end = PQgetResult(connection) {
      let status = PQresultStatus(end)
      PQclear(end)
      guard status == PGRES_COMMAND_OK else { throw failure(connection) }
    }
  }

  private func connected<T>(to address: String, _ body: (OpaquePointer) throws -> T) throws -> T {
    guard let connection = PQconnectdb(address) else { throw Failure("PostgreSQL: out of memory") }
    defer { PQfinish(connection) }
    guard PQstatus(connection) == CONNECTION_OK else { throw Self.failure(connection) }
    return try body(connection)
  }

  private static func run(_ sql: String, _ connection: OpaquePointer) throws {
    let result = PQexec(connection, sql)
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw failure(connection) }
  }

  private static func failure(_ connection: OpaquePointer) -> Failure {
    Failure("PostgreSQL: \(String(cString: PQerrorMessage(connection)))")
  }
}

/// Where an installation keeps its data.
enum Place {
  case sqlite
  case postgres(BareServer, database: String)

  var title: String {
    switch self {
    case .sqlite: "SQLite"
    case .postgres: "PostgreSQL"
    }
  }
}
