import CLibpq
import Foundation

/// A PostgreSQL server with nothing around it: for databases of the benchmark's own.
struct BareServer {
  /// The address of some database on it, as `scripts/postgres run` gives it.
  let address: String

  /// The address of another database on the same server.
  func address(of database: String) -> String {
    guard let slash = address.lastIndex(of: "/") else { return address }
    let options = address.firstIndex(of: "?").map { String(address[$0...]) } ?? ""
    return address[...slash] + database + options
  }

  /// Makes a database of a random name, empty or a copy of one that nobody is connected to. - Returns: its name.
  func makeDatabase(copying template: String? = nil) throws -> String {
    let name = "holdfast_benchmark_" + Workload.hex(UInt64.random(in: 0...UInt64.max))
    let copying = template.map { " TEMPLATE \($0) STRATEGY FILE_COPY" } ?? ""
    try connect().run("CREATE DATABASE \(name)\(copying)")
    return name
  }

  /// Plainly first: that ends a visit of autovacuum, too, which a role that is no superuser may not end by FORCE. FORCE ends the
  /// connections that are left.
  func drop(_ database: String) throws {
    let session = try connect()
    for _ in 0..<3 {
      for force in ["", " WITH (FORCE)"] where (try? session.run("DROP DATABASE IF EXISTS \(database)\(force)")) != nil { return }
    }
    try session.run("DROP DATABASE IF EXISTS \(database)")
  }

  func size(of database: String) throws -> Int { try connect().number("SELECT pg_database_size('\(database)')") }

  /// - Parameter database: its name; `nil`: the one of the address.
  func connect(to database: String? = nil) throws -> BareSession { try BareSession(database.map(address(of:)) ?? address) }
}

/// A connection to PostgreSQL.
final class BareSession: BareConnection {
  private let connection: OpaquePointer

  init(_ address: String) throws {
    guard let connection = PQconnectdb(address) else { throw Failure("PostgreSQL: out of memory") }
    self.connection = connection
    guard PQstatus(connection) == CONNECTION_OK else { throw failure }
    // Of the tables of the server itself, which are not ours to vacuum, nothing need be said.
    try run("SET client_min_messages = error")
  }

  deinit { PQfinish(connection) }

  func run(_ sql: String) throws {
    let result = PQexec(connection, sql)
    defer { PQclear(result) }
    let status = PQresultStatus(result)
    guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { throw failure }
  }

  func number(_ sql: String) throws -> Int {
    let result = PQexec(connection, sql)
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_TUPLES_OK else { throw failure }
    return PQntuples(result) > 0 ? Int(String(cString: PQgetvalue(result, 0, 0))) ?? 0 : 0
  }

  func inBulk(_ body: () throws -> Void) throws {
    try run("BEGIN")
    try body()
    try run("COMMIT")
    try run("VACUUM (ANALYZE)")
  }

  /// Sends rows as `COPY` reads them, a line each.
  func copy(_ text: String, into table: String) throws {
    let result = PQexec(connection, "COPY \(table) FROM STDIN")
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_COPY_IN else { throw failure }
    var text = text
    let sent = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { PQputCopyData(connection, $0.baseAddress, Int32($0.count)) }
    }
    guard sent == 1, PQputCopyEnd(connection, nil) == 1 else { throw failure }
    while let end = PQgetResult(connection) {
      let status = PQresultStatus(end)
      PQclear(end)
      guard status == PGRES_COMMAND_OK else { throw failure }
    }
  }

  private var failure: Failure {
    Failure("PostgreSQL: " + String(cString: PQerrorMessage(connection)).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
