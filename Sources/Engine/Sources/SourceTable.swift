import Domain
import Formats
import SQL

/// A source's query on its opened database, with the columns that its rows are put in order by.
struct SourceTable: Sendable {
  let foreign: any ForeignDatabase
  let statements: SourceStatements
  let id: SourceStatements.Key
  /// `nil` where the source has none.
  let watermark: SourceStatements.Key?

  /// Bytes of a page, at most: rows may be large.
  private static let pageBytes = 16 << 20

  /// Opens the database and looks at the columns. - Returns: `nil` where the query gives no row at all.
  /// - Throws: `SourceFailure`, `ForeignFailure`.
  static func open(_ source: Source, _ open: (SourceDatabase) throws -> any ForeignDatabase) async throws -> SourceTable? {
    guard let place = source.database else { throw SourceFailure.noDatabase }
    let foreign = try open(place)
    do {
      if let table = try await look(source, foreign) { return table }
      try await foreign.close()
      return nil
    } catch {
      // The first error is the one to tell.
      try? await foreign.close()
      throw error
    }
  }

  private static func look(_ source: Source, _ foreign: any ForeignDatabase) async throws -> SourceTable? {
    let statements = SourceStatements(dialect: foreign.dialect, query: source.query)
    let first = try await foreign.rows(statements.probe.sql, statements.probe.values, maximumBytes: pageBytes)
    guard let values = first.rows.first else { return nil }
    guard let members = statements.members(columns: first.columns, values: values) else {
      throw SourceFailure.other("the first row of the query holds JSON that is deeper or larger than is read; leave that column out")
    }
    let row = Formats.Row(line: 1, members: members)
    let found = row.members.map(\.name)
    let missing = source.columnMap.missingColumns(in: found)
    guard missing.isEmpty else { throw SourceFailure.missingColumns(missing, found: found) }
    let candidates = source.map["id"].map { [$0] } ?? source.kind.fields.first { $0.name == "id" }?.columns ?? []
    guard let id = candidates.lazy.compactMap({ row.column($0) }).first else {
      throw SourceFailure.noID(looked: candidates, found: found)
    }
    var watermark: String?
    if let wanted = source.watermark {
      guard let column = row.column(wanted) else { throw SourceFailure.noWatermark(wanted, found: found) }
      watermark = column
    }
    let types = try await types(of: [id] + (watermark.map { [$0] } ?? []), statements, foreign)
    return SourceTable(
      foreign: foreign, statements: statements, id: SourceStatements.Key(column: id, type: types.first),
      watermark: watermark.map { SourceStatements.Key(column: $0, type: types.last) })
  }

  private static func types(of columns: [String], _ statements: SourceStatements, _ foreign: any ForeignDatabase) async throws -> [String] {
    guard foreign.dialect == .postgres else { return [] }
    let statement = statements.types(of: columns)
    let rows = try await foreign.rows(statement.sql, statement.values, maximumBytes: pageBytes)
    return rows.rows.first?.compactMap(\.stored) ?? []
  }

  /// The rows of a page. - Returns: whether the page is full, so that another one follows.
  func read(_ statement: SourceStatements.Statement) async throws -> (rows: [SourceRowRead], isCut: Bool) {
    let rows = try await foreign.rows(statement.sql, statement.values, maximumBytes: Self.pageBytes)
    return (try statements.read(rows), rows.isCut)
  }

  /// The highest watermark there is; null where no row has one.
  func newest() async throws -> SQLValue {
    guard let watermark else { return .null }
    let statement = statements.newest(watermark)
    return try await foreign.rows(statement.sql, statement.values, maximumBytes: Self.pageBytes).rows.first?.first ?? .null
  }

  /// Whether watermarks are compared as text.
  var isTextWatermark: Bool {
    guard foreign.dialect == .postgres, let type = watermark?.type else { return true }
    return ["text", "character varying", "character"].contains(type)
  }
}

extension Formats.Row {
  /// The name under which the row has a column that is called so but for case, blanks and dashes; the exact name first.
  fileprivate func column(_ name: String) -> String? {
    if members.contains(where: { $0.name == name }) { return name }
    return place(of: name).map { members[$0].name }
  }
}
