import Domain
import Foundation
import SQLite
import Storage

/// Runs `body` on a fresh database file and removes it afterwards.
func withTemporaryDatabase<T>(_ body: (SQLiteDatabase) async throws -> T) async throws -> T {
  let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let database = try SQLiteDatabase(path: folder.appending(path: "test.db").path)
  try await Migrator.migrate(database)
  let result = try await body(database)
  try await database.close()
  return result
}
