import DatabaseKit
import Domain
import Foundation
import Postgres
import SQL
import SQLite
import Synchronization

/// A database as an application of the user's keeps it, beside Holdfast's own and of the same kind.
final class AppDatabase: Sendable {
  /// The file, on SQLite.
  let path: String
  private let writer: any Database
  private let opened: @Sendable () throws -> any ForeignDatabase

  init(path: String, writer: any Database, opened: @escaping @Sendable () throws -> any ForeignDatabase) {
    self.path = path
    self.writer = writer
    self.opened = opened
  }

  func run(_ sql: String) async throws { try await writer.write { try $0.script(sql) } }

  /// One value of each row.
  func texts(_ sql: String) async throws -> [String] { try await writer.read { try $0.rows(sql) { $0.text(0) } } }

  @Sendable func open(_ place: SourceDatabase) throws -> any ForeignDatabase { try opened() }
}

/// Runs `body` with an application's database, made by `schema`, and removes it afterwards.
func withAppDatabase<T>(_ schema: String, _ body: (AppDatabase) async throws -> T) async throws -> T {
  if TestDatabase.dialect == .postgres {
    return try await withTemporaryPostgres(isMigrated: false) { database in
      let name = database.address.description.split(separator: "/").last.map(String.init) ?? ""
      let url = try TestServer().address(name)
      let app = AppDatabase(path: "", writer: database) { try PostgresSourceDatabase(url: url) { _ in await Task.yield() } }
      try await app.run(schema)
      return try await body(app)
    }
  }
  let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-app-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let path = folder.appending(path: "app.db").path
  let writer = try SQLiteDatabase(path: path)
  let app = AppDatabase(path: path, writer: writer) { try SQLiteSourceFile(path: path) }
  try await app.run(schema)
  let result = try await body(app)
  try await writer.close()
  return result
}

/// A foreign database that fails at the n-th query, or tells what it was asked.
final class WatchedForeign: ForeignDatabase {
  private let inner: any ForeignDatabase
  private let failing: Int?
  private let asked: Mutex<[String]> = Mutex([])

  init(_ inner: any ForeignDatabase, failingAt failing: Int? = nil) {
    self.inner = inner
    self.failing = failing
  }

  var dialect: Dialect { inner.dialect }
  var queries: [String] { asked.withLock { $0 } }

  func rows(_ sql: String, _ values: [SQLValue], maximumBytes: Int) async throws -> ForeignRows {
    let number = asked.withLock { queries in
      queries.append(sql)
      return queries.count
    }
    if number == failing { throw ForeignFailure(.unreachable, "the line went dead") }
    return try await inner.rows(sql, values, maximumBytes: maximumBytes)
  }

  func close() async throws { try await inner.close() }
}
