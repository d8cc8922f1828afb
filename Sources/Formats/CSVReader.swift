import Domain

/// How much of a CSV file is held at once. Longer fields and records are reported and passed over.
public struct CSVLimits: Hashable, Sendable {
  public var fieldBytes: Int
  public var recordBytes: Int
  public init(fieldBytes: Int = 64 << 10, recordBytes: Int = 1 << 20) {
    self.fieldBytes = fieldBytes
    self.recordBytes = recordBytes
  }
}

/// What a CSV file consists of, in its order.
public enum CSVItem: Hashable, Sendable {
  /// The fields of one record and the line it begins on (from 1).
  case record(line: Int, fields: [String])
  /// A record that cannot be read; reading goes on at the line after `line`.
  case problem(line: Int, reason: CSVProblem)
}

/// Why a record cannot be read.
public enum CSVProblem: String, Error, Hashable, Sendable, CaseIterable {
  case unclosedQuote = "a quoted field is never closed"
  case textAfterQuote = "there is text between a closing quote and the next delimiter"
  case fieldTooLong = "a field is too long"
  case recordTooLong = "the record is too long"
  case invalidUTF8 = "the text is not UTF-8"
}

/// Reads CSV (RFC 4180) as its bytes come, in bounded memory.
///
/// Beyond the RFC: lines may end in LF or CRLF, a byte order mark is passed over, lines of blanks are no records, and a quote inside a
/// field that did not begin
/// with one is an ordinary character. Where the pieces of the file are cut never matters.
public struct CSVReader {
  private var limits: CSVLimits
  /// The delimiter in use; `nil` until it has been found out from the first line.
  public private(set) var delimiter: UInt8?
  /// Bytes not yet done with; records begin at its start or behind.
  private var buffer: [UInt8] = []
  private var scan = RecordScan()
  private var line = 1
  private var isAtStart = true
  /// Inside a record that was given up without its end in sight.
  private var isSkipping = false
  /// How far records have been read that were given up then. Lines before that are read one by one: a quoted field that runs on would
  /// make each of them be searched as far again, and a file take time by the square of its size.
  private var searched = 0

  /// Where the search for the end of the present record stands.
  private struct RecordScan {
    enum Mode { case fieldStart, plain, quoted, afterQuote }
    var start = 0
    var position = 0
    var fieldStart = 0
    var mode = Mode.fieldStart
    var newlines = 0

    init(at start: Int = 0) {
      self.start = start
      position = start
      fieldStart = start
    }
  }

  private enum Step {
    case record(end: Int)
    case failed(CSVProblem)
    case needsMore
  }

  /// - Parameter delimiter: `nil`: whichever of comma, semicolon and tab is most frequent in the first line.
  public init(delimiter: UInt8? = nil, limits: CSVLimits = CSVLimits()) {
    self.delimiter = delimiter
    self.limits = limits
  }

  /// Takes the next bytes of the file and hands on what they complete.
  public mutating func feed(_ bytes: [UInt8], _ emit: (CSVItem) throws -> Void) rethrows {
    buffer.append(contentsOf: bytes)
    try advance(isLast: false, emit)
  }

  /// To be called after the last bytes: hands on the record without a line end, if there is one.
  public mutating func finish(_ emit: (CSVItem) throws -> Void) rethrows {
    try advance(isLast: true, emit)
  }

  private mutating func advance(isLast: Bool, _ emit: (CSVItem) throws -> Void) rethrows {
    guard begin(isLast: isLast), let delimiter else { return }
    defer { compact() }
    while true {
      if isSkipping, !skipLine() { return }
      switch step(delimiter, isLast: isLast) {
      case .needsMore: return
      case .record(let end):
        let item = record(end: end, delimiter)
        let next = RecordScan(at: end < buffer.count ? end + 1 : end)
        line += scan.newlines + 1
        scan = next
        if let item { try emit(item) }
      case .failed(let reason):
        let failedLine = line
        searched = max(searched, scan.position)
        scan = RecordScan(at: scan.start)
        isSkipping = true
        try emit(.problem(line: failedLine, reason: reason))
      }
      if isLast, scan.start == buffer.count { return }
    }
  }

  /// Byte order mark and delimiter; whether records can be read now.
  private mutating func begin(isLast: Bool) -> Bool {
    if isAtStart {
      guard buffer.count >= 3 || isLast else { return false }
      if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { buffer.removeFirst(3) }
      isAtStart = false
    }
    if delimiter == nil { delimiter = sniffed(isLast: isLast) }
    return delimiter != nil
  }

  private func sniffed(isLast: Bool) -> UInt8? {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    var hasText = false
    var isComplete = isLast || buffer.count >= limits.fieldBytes
    for byte in buffer.prefix(limits.fieldBytes) {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == 0x0A, !isQuoted, hasText {
        isComplete = true
        break
      }
      if !isQuoted { counts[byte, default: 0] += 1 }
      if byte > 0x20 { hasText = true }
    }
    guard isComplete else { return nil }
    let candidates: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    return candidates.reduce(candidates[0]) { counts[$1, default: 0] > counts[$0, default: 0] ? $1 : $0 }
  }

  /// Forgets the bytes that are done with.
  private mutating func compact() {
    guard scan.start > 0 else { return }
    buffer.removeFirst(scan.start)
    scan.position -= scan.start
    scan.fieldStart -= scan.start
    searched = max(0, searched - scan.start)
    scan.start = 0
  }

  /// Steps behind the next line end; `false` where it has not come yet.
  private mutating func skipLine() -> Bool {
    guard let end = buffer[scan.start...].firstIndex(of: 0x0A) else {
      scan = RecordScan(at: buffer.count)
      return false
    }
    line += 1
    isSkipping = false
    scan = RecordScan(at: end + 1)
    return true
  }

  /// Looks for the end of the present record, from where the last look ended.
  private mutating func step(_ delimiter: UInt8, isLast: Bool) -> Step {
    var scan = scan
    let limits = limits
    let searched = searched
    let result = buffer.withUnsafeBufferPointer { bytes -> Step? in
      while scan.position < bytes.count {
        let byte = bytes[scan.position]
        if scan.mode == .quoted {
          if byte == UInt8(ascii: "\"") {
            scan.mode = .afterQuote
          } else if byte == 0x0A {
            if scan.position < searched { return .failed(.unclosedQuote) }
            scan.newlines += 1
          }
        } else if byte == 0x0A {
          return .record(end: scan.position)
        } else if byte == delimiter {
          if scan.position - scan.fieldStart > limits.fieldBytes { return .failed(.fieldTooLong) }
          scan.fieldStart = scan.position + 1
          scan.mode = .fieldStart
        } else if scan.mode == .fieldStart {
          scan.mode = byte == UInt8(ascii: "\"") ? .quoted : .plain
        } else if scan.mode == .afterQuote {
          if byte == UInt8(ascii: "\"") {
            scan.mode = .quoted
          } else if byte != 0x0D || (scan.position + 1 < bytes.count && bytes[scan.position + 1] != 0x0A) {
            return .failed(.textAfterQuote)
          } else if scan.position + 1 == bytes.count {
            // Whether a line feed follows is not known yet.
            return nil
          }
        }
        scan.position += 1
        if scan.position - scan.start > limits.recordBytes { return .failed(.recordTooLong) }
        if scan.position - scan.fieldStart > limits.fieldBytes + 2 { return .failed(.fieldTooLong) }
      }
      return nil
    }
    self.scan = scan
    switch result {
    case .record(let end)?: return checked(end: end)
    case let result?: return result
    case nil: break
    }
    guard isLast, scan.start < buffer.count else { return .needsMore }
    return scan.mode == .quoted ? .failed(.unclosedQuote) : checked(end: buffer.count)
  }

  /// A record whose last field, too, is within the limit.
  private func checked(end: Int) -> Step {
    let hasReturn = end > scan.fieldStart && buffer[end - 1] == 0x0D
    return end - (hasReturn ? 1 : 0) - scan.fieldStart > limits.fieldBytes ? .failed(.fieldTooLong) : .record(end: end)
  }

  /// The record that ends before `end`; `nil` for a blank line.
  private func record(end: Int, _ delimiter: UInt8) -> CSVItem? {
    var end = end
    if end > scan.start, buffer[end - 1] == 0x0D { end -= 1 }
    guard buffer[scan.start..<end].contains(where: { $0 > 0x20 }) else { return nil }
    let fields = buffer[scan.start..<end].withUnsafeBufferPointer { CSVFields(bytes: $0, delimiter: delimiter).split() }
    guard let fields else { return .problem(line: line, reason: .invalidUTF8) }
    return .record(line: line, fields: fields)
  }
}

/// Splits one complete and well-formed record.
private struct CSVFields {
  let bytes: UnsafeBufferPointer<UInt8>
  let delimiter: UInt8

  /// `nil` where a field is not UTF-8.
  func split() -> [String]? {
    var fields: [String] = []
    var start = 0
    while start <= bytes.count {
      guard let (field, next) = bytes.count > start && bytes[start] == UInt8(ascii: "\"") ? quoted(from: start + 1) : plain(from: start)
      else {
        return nil
      }
      fields.append(field)
      start = next
    }
    return fields
  }

  private func text(_ slice: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
    String(validating: UnsafeBufferPointer(rebasing: slice), as: UTF8.self)?.streamSafe
  }

  /// A field and where the next one begins.
  private func plain(from start: Int) -> (String, Int)? {
    let end = bytes[start...].firstIndex(of: delimiter) ?? bytes.count
    return text(bytes[start..<end]).map { ($0, end + 1) }
  }

  private func quoted(from start: Int) -> (String, Int)? {
    var unescaped: [UInt8]?
    var position = start
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\"") {
        guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\"") else { break }
        if unescaped == nil { unescaped = Array(bytes[start..<position]) }
        position += 1
      }
      unescaped?.append(bytes[position])
      position += 1
    }
    // Behind the closing quote stands the delimiter or nothing.
    let next = position + 2
    if let unescaped { return String(validating: unescaped, as: UTF8.self).map { ($0.streamSafe, next) } }
    return text(bytes[start..<min(position, bytes.count)]).map { ($0, next) }
  }
}
