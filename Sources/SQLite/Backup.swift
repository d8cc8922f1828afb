import Foundation
import GRDB
import GRDBSQLite
import SQL

/// Copies an embedded database to a new file while whoever likes reads and writes it.
///
/// SQLite's online backup, within one read transaction: every page is that of one commit, however long the copy takes. Without that
/// transaction SQLite begins anew whenever another process has written, which under load is always. `VACUUM INTO` is as consistent, but
/// makes every index anew, which took half as long again for 400 MB, and cannot say how far it is.
public struct Backup: Sendable {
  /// How far it is, in pages of the database.
  public struct Progress: Hashable, Sendable {
    public var done: Int
    public var total: Int
    /// Every page is there; the copy is read again and looked over.
    public var isChecking: Bool
  }

  private let source: String
  private let target: String
  /// Where the copy grows; it gets its name when it is whole.
  private var partial: String { target + ".partial" }

  /// Pages copied between two words on how far it is.
  private let stride: Int32

  public init(of source: String, to target: String) {
    // Some megabytes.
    self.init(of: source, to: target, stride: 2_048)
  }

  package init(of source: String, to target: String, stride: Int32) {
    self.source = source
    self.target = target
    self.stride = stride
  }

  /// Copies, looks the copy over, and gives it its name; then all of it is on the disk.
  /// - Returns: the size of the copy in bytes.
  /// - Throws: `DatabaseFailure`; nothing has the name of the copy then, and what was copied is removed.
  public func run(progress: (Progress) -> Void = { _ in }) throws -> Int {
    try requireAbsent()
    let file = try PartialFile(partial)
    do {
      try copy(progress)
      try check()
      let size = try file.store()
      try requireAbsent()
      guard rename(partial, target) == 0 else { throw PartialFile.failure(target, errno) }
      try syncFolder()
      return size
    } catch {
      file.remove()
      throw error
    }
  }

  private func requireAbsent() throws {
    var found = stat()
    guard lstat(target, &found) != 0 else {
      throw DatabaseFailure(kind: .refused, message: "\(target) is there already; nothing was written", detail: "backup")
    }
  }

  private func copy(_ progress: (Progress) -> Void) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(15)
    let here = try opened(source, configuration)
    configuration.prepareDatabase { db in
      // Nobody reads the copy before all of it is on the disk: until then nothing need be undone or waited for.
      try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    }
    let there = try opened(partial, configuration)
    try here.read { from in
      // The transaction begins with its first look, not with its BEGIN.
      _ = try telling(source) { try Int.fetchOne(from, sql: "SELECT COUNT(*) FROM sqlite_master") }
      try there.writeWithoutTransaction { to in try copy(from.sqliteConnection, to.sqliteConnection, progress) }
    }
    try telling(partial) { try there.close() }
    try telling(source) { try here.close() }
  }

  private func copy(_ from: OpaquePointer?, _ to: OpaquePointer?, _ progress: (Progress) -> Void) throws {
    guard let backup = sqlite3_backup_init(to, "main", from, "main") else { throw failure(to) }
    var code = SQLITE_OK
    while code == SQLITE_OK {
      code = sqlite3_backup_step(backup, stride)
      let total = Int(sqlite3_backup_pagecount(backup))
      let done = total - Int(sqlite3_backup_remaining(backup))
      progress(Progress(done: done, total: total, isChecking: code == SQLITE_DONE))
    }
    guard sqlite3_backup_finish(backup) == SQLITE_OK else { throw failure(to) }
  }

  /// What the backup came to is said on the connection that it writes to.
  private func failure(_ connection: OpaquePointer?) -> DatabaseFailure {
    let code = ResultCode(rawValue: sqlite3_extended_errcode(connection))
    let error = GRDB.DatabaseError(resultCode: code, message: sqlite3_errmsg(connection).map { String(cString: $0) })
    return DatabaseFailure(error, path: code.primaryResultCode == .SQLITE_CORRUPT ? source : target)
  }

  /// Reads the copy again. - Throws: `DatabaseFailure` of kind `unusable` where it is not whole: it is the database that is damaged then.
  private func check() throws {
    let copy = try opened(partial, Configuration())
    let said = try telling(partial) { try copy.read { try String.fetchAll($0, sql: "PRAGMA quick_check(1)") } }
    guard said == ["ok"] else {
      throw DatabaseFailure(
        kind: .unusable, message: "the database \(source) is damaged, and so would be its copy: restore an older backup",
        detail: said.joined(separator: "; "))
    }
    try telling(partial) { try copy.close() }
  }

  private func opened(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
    try telling(path) { try DatabaseQueue(path: path, configuration: configuration) }
  }

  private func telling<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as GRDB.DatabaseError { throw DatabaseFailure(error, path: path) }
  }

  /// A name is durable when its folder is.
  private func syncFolder() throws {
    let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PartialFile.failure(folder, errno) }
    defer { close(descriptor) }
    // Some network disks know no such thing; what they promise of names is theirs.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw PartialFile.failure(folder, errno) }
  }
}

/// The file in which a copy grows: customers are in it.
private final class PartialFile {
  private let path: String
  private let file: LockedFile

  /// Makes it, empty; what a copy that was cut off has left of that name is gone.
  /// - Throws: `DatabaseFailure` where it cannot be made, or another process is at it.
  init(_ path: String) throws {
    self.path = path
    do { file = try LockedFile(path) } catch {
      guard case .unusable(let code) = error else {
        throw DatabaseFailure(kind: .busy, message: "another process is just writing \(path); nothing was written", detail: "backup")
      }
      throw Self.failure(path, code)
    }
    for beside in ["-journal", "-wal", "-shm"] { unlink(path + beside) }
    guard ftruncate(file.descriptor, 0) == 0 else { throw Self.failure(path, errno) }
  }

  /// Brings all of it to the disk. - Returns: its size in bytes.
  func store() throws -> Int {
    var found = stat()
    guard fsync(file.descriptor) == 0, fstat(file.descriptor, &found) == 0 else { throw Self.failure(path, errno) }
    return Int(found.st_size)
  }

  func remove() {
    for end in ["", "-journal", "-wal", "-shm"] { unlink(path + end) }
  }

  static func failure(_ path: String, _ code: Int32) -> DatabaseFailure {
    DatabaseFailure(
      kind: code == ENOSPC ? .full : .unusable, message: "\(path) cannot be written: \(String(cString: strerror(code)))",
      detail: "errno \(code)")
  }
}
