import SQL

/// What is needed to tell whether two tables, in whatever database, hold the same rows: their number, and a sum over all rows of a hash of
/// each, which no order of rows changes.
///
/// A row's hash goes over its values by their bits, not by the text that a database makes of them: a number that differs in its last place
/// differs. The one thing that is the same and looks different is the character NUL, which PostgreSQL's text does not have: U+FFFD stands
/// for it there, and here.
public struct TableDigest: Hashable, Sendable {
  public private(set) var rows = 0
  private var sum: UInt64 = 0

  public init() {}

  /// Takes in a row whose columns are those of `table`, in their order.
  mutating func add(_ row: any Row, of table: MovedTable) {
    var hash = RowHash()
    for (column, description) in table.columns.enumerated() {
      guard !row.isNull(column) else {
        hash.mix(0)
        continue
      }
      switch description.kind {
      case .integer: hash.mix(1, UInt64(bitPattern: row.integer(column)))
      case .real: hash.mix(2, row.real(column).bitPattern)
      case .text:
        var text = row.text(column)
        if text.utf8.contains(0) { text = text.replacing("\0", with: "\u{FFFD}") }
        text.withUTF8 { hash.mix(3, UnsafeRawBufferPointer($0)) }
      case .blob, .other: row.blob(column).withUnsafeBytes { hash.mix(4, $0) }
      }
    }
    rows += 1
    sum &+= hash.finished
  }

  /// The digest of each table, by name, as of one instant.
  /// - Parameter progress: called with the number of rows read since the last call.
  public static func all(
    _ tables: [MovedTable], of database: any Database, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> [String: TableDigest] {
    try await database.read(patience: .unbounded) { connection in
      var digests: [String: TableDigest] = [:]
      for table in tables {
        var digest = TableDigest()
        var told = 0
        try connection.stream(table.select, []) { row in
          digest.add(row, of: table)
          if digest.rows - told >= 5_000 {
            progress(digest.rows - told)
            told = digest.rows
          }
          return true
        }
        progress(digest.rows - told)
        digests[table.name] = digest
      }
      return digests
    }
  }
}

/// A hash over words of 64 bits: multiply and fold, so that every bit of each word moves all bits behind it.
private struct RowHash {
  private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

  mutating func mix(_ word: UInt64) {
    state = (state ^ word) &* 0xff51_afd7_ed55_8ccd
    state ^= state >> 32
  }

  mutating func mix(_ tag: UInt64, _ word: UInt64) {
    mix(tag)
    mix(word)
  }

  mutating func mix(_ tag: UInt64, _ bytes: UnsafeRawBufferPointer) {
    mix(tag, UInt64(bytes.count))
    let whole = bytes.count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
      mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)))
    }
    var last: UInt64 = 0
    for index in whole..<bytes.count { last = last << 8 | UInt64(bytes[index]) }
    if whole < bytes.count { mix(last) }
  }

  var finished: UInt64 {
    var end = state
    end = (end ^ end >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return end ^ end >> 33
  }
}
