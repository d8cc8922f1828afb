import Domain
import Formats
import Testing

/// All items of a CSV text, fed in the given pieces.
private func items(_ pieces: [[UInt8]], delimiter: UInt8? = nil, limits: CSVLimits = CSVLimits()) -> [CSVItem] {
  var reader = CSVReader(delimiter: delimiter, limits: limits)
  var items: [CSVItem] = []
  for piece in pieces { reader.feed(piece) { items.append($0) } }
  reader.finish { items.append($0) }
  return items
}

private func items(_ text: String, delimiter: UInt8? = nil, limits: CSVLimits = CSVLimits()) -> [CSVItem] {
  items([Array(text.utf8)], delimiter: delimiter, limits: limits)
}

extension SplitMix64 {
  /// The bytes cut into pieces at random places.
  mutating func cut(_ bytes: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 0...min(7, rest.count), using: &self)
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return pieces
  }
}

@Suite struct CSVReaderTests {
  @Test(
    "Records are read as RFC 4180 writes them",
    arguments: [
      ("a,b\n1,2\n", [(1, ["a", "b"]), (2, ["1", "2"])]), ("a,b\r\n1,2", [(1, ["a", "b"]), (2, ["1", "2"])]),
      ("\"a\"\"b\",\"c,d\"\n", [(1, ["a\"b", "c,d"])]), ("\"x\ny\",2\nz,3\n", [(1, ["x\ny", "2"]), (3, ["z", "3"])]),
      ("\u{FEFF}a,b\n", [(1, ["a", "b"])]), ("a,\n,\n\"\",\"\"", [(1, ["a", ""]), (2, ["", ""]), (3, ["", ""])]),
      ("a;b\n1;2,5\n", [(1, ["a", "b"]), (2, ["1", "2,5"])]), ("a\tb,c\td\n", [(1, ["a", "b,c", "d"])]),
      ("\n\n  \na,b\n\n1,2\n", [(4, ["a", "b"]), (6, ["1", "2"])]), ("a,5\" pipe\n", [(1, ["a", "5\" pipe"])]),
      ("\"q\"\r\n\"r\"\r", [(1, ["q"]), (2, ["r"])]), ("", []), ("ä,€\n", [(1, ["ä", "€"])]),
    ] as [(String, [(Int, [String])])])
  func records(text: String, expected: [(Int, [String])]) {
    #expect(items(text) == expected.map { .record(line: $0.0, fields: $0.1) })
  }

  @Test("Rule 10: a malformed record is reported with its line, and reading goes on at the next")
  func malformed() {
    #expect(
      items("a,b\n\"x\"y,2\n3,4\n") == [
        .record(line: 1, fields: ["a", "b"]), .problem(line: 2, reason: .textAfterQuote), .record(line: 3, fields: ["3", "4"]),
      ])
    #expect(
      items("a,b\n\"open,2\n3,4\n") == [
        .record(line: 1, fields: ["a", "b"]), .problem(line: 2, reason: .unclosedQuote), .record(line: 3, fields: ["3", "4"]),
      ])
    let limits = CSVLimits(fieldBytes: 8, recordBytes: 20)
    #expect(
      items("123456789,1\nb,2\n1234567,1234567,1234567\nc,3\n", limits: limits) == [
        .problem(line: 1, reason: .fieldTooLong), .record(line: 2, fields: ["b", "2"]), .problem(line: 3, reason: .recordTooLong),
        .record(line: 4, fields: ["c", "3"]),
      ])
    #expect(items([Array("a,b\nc,".utf8), [0xFF, 0x0A], Array("d,e".utf8)]).map(\.isRecord) == [true, false, true])
  }

  @Test("The last field of a record is bounded like the others", arguments: ["1,123456789\n", "1,123456789\r\n", "1,123456789"])
  func lastField(text: String) {
    #expect(items(text, limits: CSVLimits(fieldBytes: 8)) == [.problem(line: 1, reason: .fieldTooLong)])
    #expect(items(text, limits: CSVLimits(fieldBytes: 9)) == [.record(line: 1, fields: ["1", "123456789"])])
  }

  @Test("A file in which no quote finds its end is read once, not once for each of its lines", .timeLimit(.minutes(1)))
  func quotesAcrossLines() {
    let lines = 100_000
    let read = items(String(repeating: "x\",\"z\n", count: lines))
    #expect(read.count == lines)
    #expect(read.allSatisfy { !$0.isRecord })
  }

  @Test("Endless combining marks are broken up, in plain fields and in quoted ones")
  func marks() {
    let marks = String(repeating: "\u{301}", count: 31)
    let safe = String(repeating: "\u{301}", count: 30) + "\u{34F}\u{301}"
    #expect(items("a\(marks),\"b\(marks)\",\"\"\"\(marks)\"\n") == [.record(line: 1, fields: ["a" + safe, "b" + safe, "\"" + safe])])
  }

  @Test("What comes after a broken line is read as it would be without it, a text of several lines too")
  func afterBroken() {
    #expect(
      items("\"open\n1,\"two\nlines\"\n") == [
        .problem(line: 1, reason: .textAfterQuote), .record(line: 2, fields: ["1", "two\nlines"]),
      ])
  }

  @Test("Written and read back, any table is the same, wherever the bytes are cut")
  func roundTrip() {
    let seed = UInt64(31)
    var random = SplitMix64(seed: seed)
    let alphabet = ["a", "1", ",", ";", "\"", "\n", "\r\n", " ", "ä", "😀"]
    for round in 0..<400 {
      let width = Int.random(in: 2...5, using: &random)
      let table = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        (0..<width).map { _ in (0..<Int.random(in: 0...5, using: &random)).map { _ in alphabet.randomElement(using: &random)! }.joined() }
      }
      let end = Bool.random(using: &random) ? "\n" : "\r\n"
      let text = table.map { $0.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + end }.joined()
      let read = items(random.cut(Array(text.utf8)), delimiter: UInt8(ascii: ","))
      #expect(read.compactMap(\.fields) == table, "seed \(seed), round \(round): \(text)")
      #expect(read == items(text, delimiter: UInt8(ascii: ",")), "seed \(seed), round \(round)")
    }
  }

  @Test("Random bytes never crash the reader, and the cuts never matter")
  func hostile() {
    let seed = UInt64(32)
    var random = SplitMix64(seed: seed)
    let alphabet = Array("ab,;\t\"\"\n\r ".utf8) + [0xFF, 0xC3, 0xA4, 0]
    for round in 0..<3_000 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      let limits = CSVLimits(fieldBytes: 12, recordBytes: 25)
      // With the delimiter given: the search for it may see less of the first line than the limits allow for.
      let whole = items([bytes], delimiter: UInt8(ascii: ","), limits: limits)
      #expect(items(random.cut(bytes), delimiter: UInt8(ascii: ","), limits: limits) == whole, "seed \(seed), round \(round): \(bytes)")
      #expect(items(random.cut(bytes)) == items([bytes]), "seed \(seed), round \(round): \(bytes)")
    }
  }
}

extension CSVItem {
  fileprivate var fields: [String]? { if case .record(_, let fields) = self { fields } else { nil } }
  fileprivate var isRecord: Bool { fields != nil }
}

@Suite struct LineReaderTests {
  @Test("Lines are numbered, too long ones reported, and the cuts never matter")
  func lines() {
    var random = SplitMix64(seed: 8)
    let text = Array("a\r\n\nbcdefgh\ntoolongline\nx".utf8)
    for _ in 0..<200 {
      var reader = LineReader(limit: 8)
      var items: [LineItem] = []
      for piece in random.cut(text) { reader.feed(piece) { items.append($0) } }
      reader.finish { items.append($0) }
      #expect(
        items == [
          .line(number: 1, bytes: Array("a".utf8)), .line(number: 2, bytes: []), .line(number: 3, bytes: Array("bcdefgh".utf8)),
          .tooLong(number: 4), .line(number: 5, bytes: Array("x".utf8)),
        ])
    }
  }
}

@Suite struct RowReaderTests {
  private func rows(_ pieces: [[UInt8]], format: RowFormat? = nil, maximumBytes: Int = .max) throws -> [RowItem] {
    let reader = RowReader(format: format, maximumBytes: maximumBytes)
    var items: [RowItem] = []
    for piece in pieces { try reader.feed(piece) { items.append($0) } }
    try reader.finish { items.append($0) }
    return items
  }

  @Test("CSV and NDJSON are told apart, and both name their bad lines")
  func formats() throws {
    let csv = try rows([Array("\n id,Plan Tier\n1,x\n2\n3,y\n".utf8)])
    guard case .row(let row) = csv[0] else { return #expect(Bool(false), "no row") }
    #expect(
      row.line == 3 && row["ID"] == "1" && row["plan_tier"] == "x" && row["other"] == nil && row.text == #"{" id":"1","Plan Tier":"x"}"#)
    #expect(csv[1] == .problem(line: 4, reason: "the line has 1 columns, the header 2"))
    let json = try rows([Array("\u{FEFF}{\"id\":1}\n\n[]\n{\"id\":\n{\"id\":2}".utf8)])
    #expect(
      json == [
        .row(Row(line: 1, members: [.init("id", 1)])), .problem(line: 3, reason: "the line is no JSON object"),
        .problem(line: 4, reason: "invalid JSON at byte 6: the text ends too early"), .row(Row(line: 5, members: [.init("id", 2)])),
      ])
  }

  @Test("The cuts never matter, blank lines at the start included")
  func cuts() throws {
    var random = SplitMix64(seed: 77)
    for text in ["\n \n\na;b\n1;2\n", "\n\n{\"a\":1}\n{\"a\":2}\nx", "\u{FEFF}a,b\n\"1\n\",2", " ", ""] {
      let whole = try rows([Array(text.utf8)])
      for _ in 0..<100 { #expect(try rows(random.cut(Array(text.utf8))) == whole) }
    }
  }

  @Test("Bytes of a byte order mark that is none are content, and the cuts do not matter either")
  func halfMarks() throws {
    var random = SplitMix64(seed: 78)
    for text in [[0xBB, 0xBB, 0x0A, 0x52, 0x0A], [0xEF, 0x0A, 0x7B, 0x7D], [0xEF, 0xBB], [0xEF, 0xBB, 0xBF], [0x0A, 0xEF, 0x0A, 0x61]]
      as [[UInt8]]
    {
      let whole = try rows([text])
      for _ in 0..<20 { #expect(try rows(random.cut(text)) == whole, "\(text)") }
    }
  }

  @Test("Decompressed bytes are bounded where asked for")
  func bounded() {
    #expect(throws: GzipError.tooLarge(limit: 3)) { try rows([Array("a,b\n1,2\n".utf8)], maximumBytes: 3) }
  }
}
