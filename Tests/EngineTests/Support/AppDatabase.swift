import Domain
import Foundation
import SQL
import SQLite
import Storage
import Synchronization

/// A SQLite file as an application of the user's keeps it, beside Holdfast's own.
final class AppDatabase: Sendable {
  let path: String
  private let writer: SQLiteDatabase

  init(folder: URL) throws {
    path = folder.appending(path: "app.db").path
    writer = try SQLiteDatabase(path: path)
  }

  func run(_ sql: String) async throws { try await writer.write { try $0.script(sql) } }

  /// One value of each row.
  func texts(_ sql: String) async throws -> [String] { try await writer.read { try $0.rows(sql) { $0.text(0) } } }

  func close() async throws { try await writer.close() }

  @Sendable func open(_ place: SourceDatabase) throws -> any ForeignDatabase { try SQLiteSourceFile(path: path) }
}

/// Runs `body` with an application's database, made by `schema`, and removes it afterwards.
func withAppDatabase<T>(_ schema: String, _ body: (AppDatabase) async throws -> T) async throws -> T {
  let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-app-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let app = try AppDatabase(folder: folder)
  try await app.run(schema)
  let result = try await body(app)
  try await app.close()
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
