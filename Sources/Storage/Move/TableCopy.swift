import SQL

/// Copies tables from a snapshot of one database into another, some thousand rows a transaction: while one stretch is written the next is
/// read, and no more than a few are in memory.
public struct TableCopy: Sendable {
  private let source: any Database
  private let target: any Database
  private let tables: [MovedTable]
  private let mark: MoveMark

  /// - Parameter mark: stands on the target while this is under way; `MoveMark.begin` has put it there.
  public init(source: any Database, target: any Database, tables: [MovedTable], mark: MoveMark) {
    self.source = source
    self.target = target
    self.tables = tables
    self.mark = mark
  }

  /// Bounds of what is written in one transaction.
  static let maximumRows = 5_000
  static let maximumBytes = 4 << 20

  /// Copies everything, and lets the target's own numbering go on behind what was copied.
  /// - Parameter progress: called with the number of rows copied since the last call.
  /// - Throws: `DatabaseFailure`; the target then holds a part, under the mark.
  public func run(progress: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    let handover = Handover<Stretch>(ahead: 2)
    try await withThrowingTaskGroup(of: Void.self) { [source, tables] group in
      group.addTask {
        defer { handover.end() }
        try await source.read(patience: .unbounded) { connection in
          for table in tables { try Self.read(table, connection) { try handover.give($0) } }
        }
      }
      try await handover.take { stretch in
        try await write(stretch)
        progress(stretch.count)
      }
      try await group.waitForAll()
    }
    try await target.write(patience: .unbounded) { [mark, tables] connection in
      try mark.requireOwn(connection)
      try Self.putInOrder(tables, connection)
    }
  }

  private func write(_ stretch: Stretch) async throws {
    try await target.write(patience: .unbounded) { [mark] connection in
      try mark.requireOwn(connection)
      let bulk = BulkInsert(into: stretch.table.name, stretch.columns.map(\.bulk))
      guard try connection.insert(bulk) == stretch.count else {
        throw DatabaseFailure(kind: .other, message: "the database did not take all rows of table \(stretch.table.name)", detail: "insert")
      }
    }
  }

  private static func read(_ table: MovedTable, _ connection: any Connection, _ give: (Stretch) throws -> Void) throws {
    var stretch = Stretch(table: table)
    try connection.stream(table.select, []) { row in
      stretch.append(row)
      if stretch.count >= maximumRows || stretch.bytes >= maximumBytes {
        try give(stretch)
        stretch = Stretch(table: table)
      }
      return true
    }
    if stretch.count > 0 { try give(stretch) }
  }

  /// Numbers that PostgreSQL gives by itself go on behind the greatest there is, as SQLite's do; and it counts what it has got, without
  /// which the first queries would be planned for empty tables.
  private static func putInOrder(_ tables: [MovedTable], _ connection: any Connection) throws {
    guard connection.dialect == .postgres else { return }
    for table in tables {
      let numbered = try connection.rows(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = '\(table.name)'::regclass AND attidentity <> '' AND NOT attisdropped"
      ) { $0.text(0) }
      for column in numbered {
        try connection.each(
          """
          SELECT setval(pg_get_serial_sequence('\(table.name)', '\(column)'), GREATEST(MAX(\(column)), 1), COALESCE(MAX(\(column)) >= 1, FALSE))
          FROM \(table.name)
          """, []
        ) { _ in true }
      }
    }
    try connection.script("ANALYZE \(tables.map(\.name).joined(separator: ", "))")
  }
}

/// Rows of one table on their way, column by column.
struct Stretch: Sendable {
  struct Column: Sendable {
    var name: String
    var kind: MovedTable.Kind
    var integers: [Int64?] = []
    var reals: [Double?] = []
    var texts: [String?] = []
    var blobs: [[UInt8]?] = []

    var bulk: BulkInsert.Column {
      switch kind {
      case .integer: .integers(name, integers)
      case .real: .reals(name, reals)
      case .text: .texts(name, texts)
      case .blob, .other: .blobs(name, blobs)
      }
    }

    /// - Returns: about how many bytes the value takes.
    mutating func append(_ row: any Row, _ index: Int) -> Int {
      let isNull = row.isNull(index)
      switch kind {
      case .integer: integers.append(isNull ? nil : row.integer(index))
      case .real: reals.append(isNull ? nil : row.real(index))
      case .text:
        let text = isNull ? nil : row.text(index)
        texts.append(text)
        return text?.utf8.count ?? 0
      case .blob, .other:
        let blob = isNull ? nil : row.blob(index)
        blobs.append(blob)
        return blob?.count ?? 0
      }
      return 8
    }
  }

  let table: MovedTable
  private(set) var columns: [Column]
  private(set) var count = 0
  private(set) var bytes = 0

  init(table: MovedTable) {
    self.table = table
    columns = table.columns.map { Column(name: $0.name, kind: $0.kind) }
  }

  /// Takes in a row whose columns are those of the table, in their order.
  mutating func append(_ row: any Row) {
    for index in columns.indices { bytes += columns[index].append(row, index) }
    count += 1
  }
}
