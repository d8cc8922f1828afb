import DatabaseKit
import Dispatch
import Foundation
import SQL
import SQLite
import Synchronization
import Testing

@Suite("Backups of the embedded database")
struct BackupTests {
  private static func file(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appending(path: "holdfast-\(UUID().uuidString)-\(name)").path
  }

  /// Both tables have as many rows after every commit.
  private static func makePair(_ database: SQLiteDatabase) async throws {
    try await database.write { connection in
      try connection.script("CREATE TABLE first (n INTEGER, bytes BLOB); CREATE TABLE second (n INTEGER, bytes BLOB)")
      for number in 0..<100 { try addPair(number, connection) }
    }
  }

  private static func addPair(_ number: Int, _ connection: any Connection) throws {
    for table in ["first", "second"] { try connection.execute("INSERT INTO \(table) VALUES ($1, zeroblob(3000))", [number]) }
  }

  private static func counts(_ path: String) async throws -> [Int] {
    let copy = try SQLiteDatabase(path: path)
    let counts = try await copy.read { connection in
      try ["first", "second"].map { table in try connection.first("SELECT COUNT(*) FROM \(table)") { $0.int(0) } ?? 0 }
    }
    try await copy.close()
    return counts
  }

  @Test("A copy is the database at one commit, and never begins anew, though others commit between its steps", .timeLimit(.minutes(2)))
  func busy() async throws {
    try await withTemporarySQLite { database in
      try await Self.makePair(database)
      let target = Self.file("copy.db")
      let commits = Commits()
      let isDone = Flag()
      // A connection of its own, as another process has.
      let other = try SQLiteDatabase(path: database.path)
      let writing = Task {
        while !isDone.isSet {
          let number = commits.count
          try await other.write { try Self.addPair(100 + number, $0) }
          commits.add()
        }
      }
      let steps: [Backup.Progress] = try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(
            with: Result {
              var steps: [Backup.Progress] = []
              _ = try Backup(of: database.path, to: target, stride: 10).run { progress in
                steps.append(progress)
                let before = commits.count
                while commits.count == before, !isDone.isSet { sched_yield() }
                // One that begins anew and anew would never end.
                if steps.count > 1_000 { isDone.set() }
              }
              return steps
            })
        }
      }
      isDone.set()
      try await writing.value
      try await other.close()
      defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + end) } }
      #expect(steps.count > 10 && steps.map(\.done) == steps.map(\.done).sorted() && Set(steps.map(\.done)).count == steps.count)
      #expect(steps.last?.isChecking == true && steps.last?.done == steps.last?.total && steps.dropLast().allSatisfy { !$0.isChecking })
      let counts = try await Self.counts(target)
      #expect(counts[0] == counts[1] && counts[0] >= 100 && counts[0] < 100 + commits.count)
    }
  }

  @Test("A copy under way keeps another one from the same name, and what cannot be written leaves nothing behind")
  func refusals() async throws {
    try await withTemporarySQLite { database in
      try await Self.makePair(database)
      let target = Self.file("copy.db")
      var second: DatabaseFailure?
      let size = try Backup(of: database.path, to: target).run { progress in
        guard progress.isChecking else { return }
        do { _ = try Backup(of: database.path, to: target).run() } catch { second = error as? DatabaseFailure }
      }
      defer { try? FileManager.default.removeItem(atPath: target) }
      #expect(second?.kind == .busy)
      #expect(try FileManager.default.attributesOfItem(atPath: target)[.size] as? Int == size)
      #expect(throws: DatabaseFailure.self) { try Backup(of: database.path, to: target).run() }
      #expect(throws: DatabaseFailure.self) { try Backup(of: database.path, to: "/dev/null/copy.db").run() }
      #expect(!FileManager.default.fileExists(atPath: target + ".partial"))
      #expect(try await Self.counts(target) == [100, 100])
    }
  }
}

/// How many commits there were.
private final class Commits: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func add() { value.withLock { $0 += 1 } }
}
