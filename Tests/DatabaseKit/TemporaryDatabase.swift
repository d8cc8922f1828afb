import CLibpq
import Foundation
import Postgres
import SQL
import SQLite
import Storage
import Synchronization

/// Which database the suites run on: SQLite, or PostgreSQL where `HOLDFAST_TEST_DATABASE` is `postgres`; then `HOLDFAST_POSTGRES` is the
/// address of a server on which databases may be made, as `scripts/postgres run` sets it.
public enum TestDatabase {
  public static let dialect: Dialect =
    ProcessInfo.processInfo.environment["HOLDFAST_TEST_DATABASE"] == "postgres" ? .postgres : .sqlite

  /// The server for tests; `nil` where none was named.
  public static let server = ProcessInfo.processInfo.environment["HOLDFAST_POSTGRES"]

  public struct Missing: Error, CustomStringConvertible {
    public var description: String { "HOLDFAST_POSTGRES names no server: run the tests through scripts/postgres run (make test does)" }
  }
}

/// Runs `body` on a fresh, migrated database of the kind under test, and removes it afterwards.
public func withTemporaryDatabase<T>(_ body: (any Database) async throws -> T) async throws -> T {
  switch TestDatabase.dialect {
  case .sqlite: try await withTemporarySQLite { try await body($0) }
  case .postgres: try await withTemporaryPostgres { try await body($0) }
  }
}

/// Runs `body` on a fresh, migrated database file and removes it afterwards.
public func withTemporarySQLite<T>(_ body: (SQLiteDatabase) async throws -> T) async throws -> T {
  let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let database = try SQLiteDatabase(path: folder.appending(path: "test.db").path)
  try await Migrator.migrate(database)
  let result = try await body(database)
  try await database.close()
  return result
}

/// Runs `body` on a fresh, migrated PostgreSQL database and removes it afterwards. Few are there at once: each has a pool of connections,
/// and the server a bound on all of them. A test that has one may open others.
public func withTemporaryPostgres<T>(isMigrated: Bool = true, _ body: (PostgresDatabase) async throws -> T) async throws -> T {
  if Gate.isPassed { return try await withFreshPostgres(isMigrated: isMigrated, body) }
  return try await Gate.shared.pass {
    try await Gate.$isPassed.withValue(true) { try await withFreshPostgres(isMigrated: isMigrated, body) }
  }
}

/// Lets so many tests through at a time.
private final class Gate: Sendable {
  static let shared = Gate(width: 8)
  @TaskLocal static var isPassed = false

  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state: Mutex<State>

  init(width: Int) { state = Mutex(State(free: width)) }

  func pass<T>(_ body: () async throws -> T) async rethrows -> T {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
    defer { leave() }
    return try await body()
  }

  private func leave() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}

private func withFreshPostgres<T>(isMigrated: Bool, _ body: (PostgresDatabase) async throws -> T) async throws -> T {
  let server = try TestServer()
  let name = "holdfast_test_" + UUID().uuidString.replacing("-", with: "").lowercased()
  try server.command("CREATE DATABASE \(name) TEMPLATE \(isMigrated ? try await server.template() : "template0")")
  let database = try server.database(name)
  let outcome: Result<T, any Error>
  do { outcome = .success(try await body(database)) } catch { outcome = .failure(error) }
  try await database.close()
  try drop(name, server)
  return try outcome.get()
}

/// Plainly first: that ends autovacuum's visits too, which FORCE from a role that is no superuser stumbles over.
private func drop(_ name: String, _ server: TestServer) throws {
  for _ in 0..<5 {
    if (try? server.command("DROP DATABASE \(name)")) != nil { return }
    if (try? server.command("DROP DATABASE \(name) WITH (FORCE)")) != nil { return }
  }
  try server.command("DROP DATABASE \(name)")
}

/// The server on which tests make their databases.
public struct TestServer: Sendable {
  let address: String

  public init() throws {
    guard let address = TestDatabase.server else { throw TestDatabase.Missing() }
    self.address = address
  }

  /// The address of another database on the same server.
  public func address(_ name: String) -> String {
    guard let slash = address.lastIndex(of: "/") else { return address }
    let options = address.firstIndex(of: "?").map { String(address[$0...]) } ?? ""
    return address[...slash] + name + options
  }

  public func database(_ name: String) throws -> PostgresDatabase {
    try PostgresDatabase(address: PostgresAddress(address(name))) { _ in await Task.yield() }
  }

  /// Runs a command outside of any transaction.
  public func command(_ sql: String) throws {
    let connection = PQconnectdb(address)
    defer { PQfinish(connection) }
    let result = PQexec(connection, sql)
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_COMMAND_OK else {
      throw DatabaseFailure(kind: .other, message: String(cString: PQerrorMessage(connection)), detail: sql)
    }
  }

  /// A migrated database to copy, made once in this process.
  func template() async throws -> String {
    try await Self.template.value(self)
  }

  private static let template = Template()

  private actor Template {
    private var made: Task<String, any Error>?

    func value(_ server: TestServer) async throws -> String {
      if let made { return try await made.value }
      let task = Task {
        let name = "holdfast_template_\(ProcessInfo.processInfo.processIdentifier)"
        try server.command("DROP DATABASE IF EXISTS \(name)")
        try server.command("CREATE DATABASE \(name) TEMPLATE template0")
        let database = try server.database(name)
        try await Migrator.migrate(database)
        try await database.close()
        return name
      }
      made = task
      return try await task.value
    }
  }
}
