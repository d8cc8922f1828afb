import Domain

/// One row of a table or one object of NDJSON: named values and the line they stand on.
public struct Row: Hashable, Sendable {
  /// From 1; the header of a CSV file is line 1.
  public let line: Int
  /// In the order of the file, under the names the file gives them.
  public let members: [JSON.Member]
  /// All values came as text (CSV), so numbers and booleans are still to be told from it.
  public let isText: Bool
  private let index: ColumnIndex

  /// One object of NDJSON.
  public init(line: Int, members: [JSON.Member]) {
    self.init(line: line, members: members, isText: false, index: ColumnIndex(members.map(\.name)))
  }

  /// One record of a CSV file with that header.
  init(line: Int, fields: [String], index: ColumnIndex) {
    self.init(line: line, members: zip(index.names, fields).map { JSON.Member($0, .string($1)) }, isText: true, index: index)
  }

  private init(line: Int, members: [JSON.Member], isText: Bool, index: ColumnIndex) {
    self.line = line
    self.members = members
    self.isText = isText
    self.index = index
  }

  /// The place of a column among `members`. Upper and lower case, blanks, dashes and underscores in names make no difference.
  public func place(of column: String) -> Int? { place(ofKey: ColumnIndex.key(column)) }

  /// The same for a name that is in the form of `ColumnIndex.key` already.
  func place(ofKey key: String) -> Int? { index.places[key] }

  /// A value by its column; blank text and `null` are no values.
  public subscript(column: String) -> JSON? {
    guard let place = place(of: column) else { return nil }
    return Row.present(members[place].value)
  }

  static func present(_ value: JSON) -> JSON? {
    // Not `? nil :` – beside a JSON value that would be `JSON.null`.
    switch value {
    case .null: return .none
    case .string(let text) where text.utf8.allSatisfy { $0 <= 0x20 }: return .none
    default: return value
    }
  }

  /// The row as one line of JSON, for files of rejected lines.
  public var text: String { JSON.object(members).printed() }
}

/// Column names and where they stand. Made once for a CSV file and shared by its rows.
struct ColumnIndex: Hashable, Sendable {
  let names: [String]
  let places: [String: Int]

  /// Of columns with the same name the first counts.
  init(_ names: [String]) {
    self.names = names
    places = Dictionary(zip(names.map(Self.key), names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// `Customer ID`, `customer-id` and `customerId` are `customerid`.
  static func key(_ name: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(name.utf8.count)
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "_"), UInt8(ascii: "-"), 0x20: continue
      case 0x41...0x5A: bytes.append(byte | 0x20)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The formats that records come in.
public enum RowFormat: String, Hashable, Sendable, CaseIterable {
  case csv, ndjson

  /// From the first byte that is not blank: `{` begins NDJSON.
  static func detected(_ bytes: ArraySlice<UInt8>) -> RowFormat? {
    bytes.first { $0 > 0x20 }.map { $0 == UInt8(ascii: "{") ? .ndjson : .csv }
  }
}

/// A row, or a line that is none.
public enum RowItem: Hashable, Sendable {
  case row(Row)
  case problem(line: Int, reason: String)
}

/// Reads rows out of the bytes of a CSV or NDJSON file, gzip or plain, as they come. Any cut of the bytes gives the same rows.
public final class RowReader {
  private var format: RowFormat?
  private let delimiter: UInt8?
  private let maximumBytes: Int
  private var byteCount = 0
  private var head: [UInt8] = []
  /// The first unpacked bytes, until there are enough for a byte order mark; then `nil`.
  private var opening: [UInt8]? = []
  private var gzip: GzipReader?
  private var isPlain = false
  private var csv: CSVReader
  private var lines = LineReader()
  private var index: ColumnIndex?

  /// - Parameters:
  ///   - format: `nil`: found out from the content.
  ///   - delimiter: of CSV; `nil`: found out from the header.
  ///   - maximumBytes: decompressed bytes after which `GzipError.tooLarge` is thrown.
  public init(format: RowFormat? = nil, delimiter: UInt8? = nil, maximumBytes: Int = .max) {
    self.format = format
    self.delimiter = delimiter
    self.maximumBytes = maximumBytes
    csv = CSVReader(delimiter: delimiter)
  }

  /// The names in the header of a CSV file, once it has been read.
  public var header: [String]? { index?.names }

  /// Takes the next bytes of the file and hands on the rows they complete.
  /// - Throws: `GzipError` for damaged compressed data.
  public func feed(_ bytes: [UInt8], _ emit: (RowItem) -> Void) throws(GzipError) {
    guard gzip == nil, !isPlain else { return try unpack(bytes, emit) }
    head += bytes
    guard head.count >= 3 else { return }
    try begin(emit)
  }

  /// To be called after the last bytes.
  public func finish(_ emit: (RowItem) -> Void) throws(GzipError) {
    if gzip == nil, !isPlain { try begin(emit) }
    try gzip?.finish()
    if opening != nil { open(emit) }
    switch format {
    case .csv: csv.finish { take($0, emit) }
    case .ndjson: lines.finish { take($0, emit) }
    case nil: break
    }
  }

  private func begin(_ emit: (RowItem) -> Void) throws(GzipError) {
    if Gzip.isGzip(head) { gzip = try GzipReader() } else { isPlain = true }
    let first = head
    head = []
    try unpack(first, emit)
  }

  private func unpack(_ bytes: [UInt8], _ emit: (RowItem) -> Void) throws(GzipError) {
    guard let gzip else { return try read(bytes, emit) }
    try gzip.feed(bytes) { (chunk) throws(GzipError) in try read(chunk, emit) }
  }

  private func read(_ bytes: [UInt8], _ emit: (RowItem) -> Void) throws(GzipError) {
    byteCount += bytes.count
    guard byteCount <= maximumBytes else { throw .tooLarge(limit: maximumBytes) }
    guard opening != nil else { return hand(bytes, content: bytes[...], emit) }
    opening? += bytes
    if byteCount >= 3 { open(emit) }
  }

  private func open(_ emit: (RowItem) -> Void) {
    guard let first = opening else { return }
    opening = nil
    hand(first, content: first.starts(with: [0xEF, 0xBB, 0xBF]) ? first[3...] : first[...], emit)
  }

  /// - Parameter content: the bytes without a byte order mark.
  private func hand(_ bytes: [UInt8], content: ArraySlice<UInt8>, _ emit: (RowItem) -> Void) {
    if format == nil { format = RowFormat.detected(content) }
    switch format {
    case .csv: csv.feed(bytes) { take($0, emit) }
    case .ndjson: lines.feed(bytes) { take($0, emit) }
    case nil:
      // Nothing but blanks so far: lines to be counted, whichever format follows.
      csv.feed(bytes) { take($0, emit) }
      lines.feed(bytes) { take($0, emit) }
    }
  }

  private func take(_ item: CSVItem, _ emit: (RowItem) -> Void) {
    switch item {
    case .problem(let line, let reason): emit(.problem(line: line, reason: reason.rawValue))
    case .record(let line, let fields):
      guard let index else {
        index = ColumnIndex(fields)
        return
      }
      guard fields.count == index.names.count else {
        return emit(.problem(line: line, reason: "the line has \(fields.count) columns, the header \(index.names.count)"))
      }
      emit(.row(Row(line: line, fields: fields, index: index)))
    }
  }

  private func take(_ item: LineItem, _ emit: (RowItem) -> Void) {
    switch item {
    case .tooLong(let number): emit(.problem(line: number, reason: "the line is too long"))
    case .line(let number, let bytes):
      guard bytes.contains(where: { $0 > 0x20 }) else { return }
      do {
        guard let members = try JSON.parse(bytes).members else { return emit(.problem(line: number, reason: "the line is no JSON object")) }
        emit(.row(Row(line: number, members: members)))
      } catch {
        emit(.problem(line: number, reason: "invalid JSON at byte \(error.offset): \(error.reason.rawValue)"))
      }
    }
  }
}
