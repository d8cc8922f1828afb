import Domain
import TestKit
import Testing

/// A JSON text as strangers write it: blanks and escapes where JSON lets them, and now and then a fault.
private struct LooseText {
  var random: SplitMix64

  mutating func bytes() -> [UInt8] {
    var bytes = Array(write(random.json()).utf8)
    if Int.random(in: 0..<3, using: &random) == 0 {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.remove(at: place)
      case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      default: bytes = Array(bytes[..<place])
      }
    }
    return bytes
  }

  private mutating func blank() -> String { ["", "", "", " ", "\n", "\t\r\n"].randomElement(using: &random)! }

  private mutating func write(_ value: JSON) -> String {
    let text: String
    switch value {
    case .string(let content): text = write(content)
    case .integer(0): text = ["0", "-0"].randomElement(using: &random)!
    case .array(let items):
      var parts: [String] = []
      for item in items { parts.append(write(item)) }
      text = "[" + (parts.isEmpty ? blank() : parts.joined(separator: ",")) + "]"
    case .object(let members):
      var parts: [String] = []
      for member in members { parts.append(blank() + write(member.name) + blank() + ":" + write(member.value)) }
      text = "{" + (parts.isEmpty ? blank() : parts.joined(separator: ",")) + "}"
    default: text = value.printed()
    }
    return blank() + text + blank()
  }

  private mutating func write(_ content: String) -> String {
    guard Bool.random(using: &random), !content.unicodeScalars.contains(where: { $0.value > 0xFFFF }) else {
      return JSON.string(content).printed()
    }
    let escaped = content.unicodeScalars.map { scalar -> String in
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"" + escaped.joined() + "\""
  }
}

@Suite struct JSONScannerTests {
  private func outcome<T>(
    _ bytes: [UInt8], _ limits: JSONLimits, _ body: (inout JSONScanner) throws(JSONError) -> T
  ) -> Result<T, JSONError> {
    bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(JSONError) in
        var scanner = JSONScanner(bytes: buffer, limits: limits)
        return try scanner.document(body)
      }
    }
  }

  @Test("Copying a text compact, and passing over it, agrees with reading it: same text, same faults at the same places")
  func agrees() {
    let seed = UInt64.random(in: 0..<1 << 32)
    var source = LooseText(random: SplitMix64(seed: seed))
    let limits = JSONLimits(depth: 4, bytes: 400, values: 30)
    for round in 0..<cases(5_000) {
      let bytes = source.bytes()
      let read = Result { () throws(JSONError) in try JSON.parse(bytes, limits: limits) }
      let compact = outcome(bytes, limits) { scanner throws(JSONError) in try scanner.compact() }
      #expect(compact == read.map { $0.printed() }, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
      let skipped = outcome(bytes, limits) { scanner throws(JSONError) in try scanner.skip() }
      #expect(skipped.map { true } == read.map { _ in true }, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test("Endless combining marks are broken up in a text that is copied, too")
  func marks() throws {
    let text = "[\"a" + String(repeating: "\u{301}", count: 100) + "\"]"
    let compact = try outcome(Array(text.utf8), JSONLimits()) { scanner throws(JSONError) in try scanner.compact() }.get()
    #expect(compact == (try JSON.parse(text)).printed() && compact.utf8.count > text.utf8.count)
  }

  @Test("Members are told apart by name, escaped or not, and what is not asked for is passed over")
  func members() throws {
    let text = #"{"b":[1,{"a":2}],"\u0061":"x","other":{"a":3},"a":null,"ab":5}"#
    var found: [String] = []
    try outcome(Array(text.utf8), JSONLimits()) { scanner throws(JSONError) in
      try scanner.members(JSONNames(["a", "b"])) { (scanner, number) throws(JSONError) in
        guard let number else { return try scanner.skip() }
        found.append("\(number): \(try scanner.value().printed())")
      }
    }.get()
    #expect(found == [#"1: [1,{"a":2}]"#, #"0: "x""#, "0: null"])
  }

  @Test("Properties know how deep they are; brackets in text do not count")
  func depth() {
    #expect(EventProperties([]).depth == 1)
    #expect(EventProperties([.init("a]}", "[[{\"\\"), .init("b", [[1], []])]).depth == 3)
    let seed = UInt64.random(in: 0..<1 << 32)
    var random = SplitMix64(seed: seed)
    func levels(_ json: JSON) -> Int {
      switch json {
      case .array(let items): 1 + (items.map(levels).max() ?? 0)
      case .object(let members): 1 + (members.map { levels($0.value) }.max() ?? 0)
      default: 0
      }
    }
    for _ in 0..<cases(500) {
      let members = random.members()
      #expect(EventProperties(members).depth == levels(.object(members)), "seed \(seed)")
      #expect(EventProperties(members).members == members, "seed \(seed)")
    }
  }
}
