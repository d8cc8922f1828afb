import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// Moves pages from the write-ahead log to where they belong, on a thread and a connection of its own, so that the writer need not. Only
/// where that falls far behind does the writer do it itself, because only a pause between two writes lets the log begin anew.
final class Checkpointer: Sendable {
  /// Pages in the write-ahead log from which it is worth beginning: a page that is written often is moved once for many times.
  private static let worthwhile: Int32 = 20_000
  /// And from which the writer has to wait.
  private static let tooMany: Int32 = 80_000

  private let queue = DispatchQueue(label: "holdfast.sqlite.checkpoint")
  private let connection: DatabaseQueue
  private let isBusy = Atomic<Bool>(false)
  private let isClosed = Atomic<Bool>(false)

  init(path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .immediateError
    connection = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Takes the place of SQLite's own way: every thousand pages, by the writer.
  func attach(to writer: GRDB.Database) {
    sqlite3_wal_hook(
      writer.sqliteConnection,
      { context, writer, _, pages in
        guard let context, let writer else { return SQLITE_OK }
        Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().wrote(pages, writer)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Called after each commit, on the writer's thread.
  private func wrote(_ pages: Int32, _ writer: OpaquePointer) {
    if pages >= Self.tooMany {
      // Whatever it cannot move now, because somebody still reads what was before, it moves another time.
      sqlite3_wal_checkpoint_v2(writer, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    } else if pages >= Self.worthwhile, isBusy.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged {
      queue.async { [self] in
        defer { isBusy.store(false, ordering: .relaxed) }
        guard !isClosed.load(ordering: .relaxed) else { return }
        // A failure costs nothing: the next commit asks again.
        connection.inDatabase { db in _ = sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil) }
      }
    }
  }

  /// Ends what is under way. The writer's connection is closed after it.
  func close(_ writer: GRDB.Database) {
    sqlite3_wal_hook(writer.sqliteConnection, nil, nil)
    isClosed.store(true, ordering: .relaxed)
    queue.sync {}
    try? connection.close()
  }
}
