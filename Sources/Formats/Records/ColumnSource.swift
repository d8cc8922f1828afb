import Domain

/// Where the value of a field comes from.
public enum ColumnSource: Hashable, Sendable {
  /// A column as it is.
  case column(String)
  /// The same for every row.
  case constant(JSON)
  /// Text with columns in it: `{student_id}-{course_id}`. No value where one of the columns has none.
  case template([TemplatePiece])
  /// What another file says about the value of a column.
  case lookup(Lookup, column: String)
  /// The same day so many calendar months after the date in a column (or the last of a shorter month).
  case monthsAfter(column: String, MonthCount)

  public enum TemplatePiece: Hashable, Sendable {
    case text(String)
    case column(String)
  }

  public enum MonthCount: Hashable, Sendable {
    case fixed(Int)
    /// By the text in a column: `Monthly` 1, `Annual` 12.
    case by(column: String, [String: Int])
  }

  /// The columns whose value, as it is, this source uses up: they are not repeated among attributes or properties.
  var consumedColumn: String? {
    switch self {
    case .column(let column), .lookup(_, let column), .monthsAfter(let column, _): column
    case .constant, .template: nil
    }
  }

  /// Every column the source reads.
  var columns: [String] {
    switch self {
    case .column(let column), .lookup(_, let column), .monthsAfter(let column, .fixed): [column]
    case .monthsAfter(let column, .by(let other, _)): [column, other]
    case .constant: []
    case .template(let pieces): pieces.compactMap { if case .column(let column) = $0 { column } else { nil } }
    }
  }
}

/// A second file in which one column's value is found by another's: which account a subscription belongs to.
public struct Lookup: Hashable, Sendable {
  public var file: String
  /// The column to search in.
  public var key: String
  /// The column to take the value from.
  public var take: String

  public init(file: String, key: String, take: String) {
    self.file = file
    self.key = key
    self.take = take
  }
}

/// The content of a lookup's file. Of rows with the same key the last counts.
public struct LookupTable: Hashable, Sendable {
  private var values: [String: String] = [:]
  public init() {}

  public var count: Int { values.count }
  public subscript(key: String) -> String? { values[key] }

  /// Takes one row of the lookup's file; rows without key or value are passed over.
  public mutating func add(_ row: Row, for lookup: Lookup) {
    guard let key = RecordText.text(row[lookup.key]), let value = RecordText.text(row[lookup.take]) else { return }
    values[key] = value
  }
}

extension ColumnSource {
  /// From the short form: `column`, `"a constant"` in double quotes, or a template with `{column}` in it.
  public init(text: String) {
    if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
      self = .constant(.string(String(text.dropFirst().dropLast())))
    } else if text.contains("{") {
      self = .template(Self.pieces(of: text))
    } else {
      self = .column(text)
    }
  }

  private static func pieces(of text: String) -> [TemplatePiece] {
    var pieces: [TemplatePiece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      pieces.append(.column(String(rest[rest.index(after: open)..<close])))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    return pieces
  }

  /// From a map file: the short form as text, or an object: `{constant: …}`, `{lookup: FILE, key: …, take: …, column: …}` (`column`
  /// defaults to `key`),
  /// `{months_after: COLUMN, months: 3}`, `{months_after: COLUMN, by: COLUMN, months: {Monthly: 1, …}}`.
  init(json: JSON, path: String) throws(ColumnMapError) {
    if case .string(let text) = json {
      self.init(text: text)
      return
    }
    guard json.members != nil else { throw ColumnMapError(path, "must be a column's name or an object") }
    if let constant = json["constant"] {
      try ColumnMap.only(["constant"], in: json, path)
      self = .constant(constant)
    } else if json["lookup"] != nil {
      try ColumnMap.only(["lookup", "key", "take", "column"], in: json, path)
      let key = try ColumnMap.text("key", in: json, path)
      let lookup = Lookup(file: try ColumnMap.text("lookup", in: json, path), key: key, take: try ColumnMap.text("take", in: json, path))
      self = .lookup(lookup, column: json["column"] == nil ? key : try ColumnMap.text("column", in: json, path))
    } else if json["months_after"] != nil {
      try ColumnMap.only(["months_after", "months", "by"], in: json, path)
      self = .monthsAfter(column: try ColumnMap.text("months_after", in: json, path), try Self.months(json, path))
    } else {
      throw ColumnMapError(path, "needs one of constant, lookup, months_after")
    }
  }

  private static func months(_ json: JSON, _ path: String) throws(ColumnMapError) -> MonthCount {
    if case .integer(let count)? = json["months"], json["by"] == nil, let months = Int(exactly: count) { return .fixed(months) }
    guard let members = json["months"]?.members, json["by"] != nil else {
      throw ColumnMapError(path, "needs 'months: NUMBER', or 'by: COLUMN' and 'months: {VALUE: NUMBER, …}'")
    }
    var table: [String: Int] = [:]
    for member in members {
      guard case .integer(let count) = member.value else { throw ColumnMapError(path + ".months." + member.name, "must be a whole number") }
      table[member.name] = Int(count)
    }
    return .by(column: try ColumnMap.text("by", in: json, path), table)
  }
}
