import Domain
import Testing

@Suite struct JSONTests {
  @Test(
    "Valid texts become the values they say",
    arguments: [
      ("null", .null), (" true ", true), ("[]", []), ("{}", [:]), ("0", 0), ("-0", 0), ("-12", -12), ("1.5", 1.5), ("1e2", 100.0),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)),
      ("123456789012345678901234567890", .number(1.2345678901234568e29)), ("5e-324", .number(.leastNonzeroMagnitude)), ("\"\"", ""),
      ("\"a\\n\\u00e4\\/\\\"\"", "a\nä/\""), ("\"\\ud83d\\ude00\"", "😀"), ("\"\\ud83d\"", "\u{FFFD}"), ("\"\\ude00x\"", "\u{FFFD}x"),
      ("\"\\ud83d\\u0041\"", "\u{FFFD}A"), ("\"\\u0000\"", "\0"), ("\u{FEFF}[1]", [1]),
      ("{\"a\":1,\"a\":2}", .object([.init("a", 1), .init("a", 2)])),
      ("[1,[2,{\"x\":[]}]]", [1, [2, ["x": []]]]),
    ] as [(String, JSON)])
  func valid(text: String, expected: JSON) throws {
    #expect(try JSON.parse(text) == expected)
  }

  @Test(
    "Invalid texts are refused with reason and place",
    arguments: [
      ("", .unexpectedEnd, 0), ("[", .unexpectedEnd, 1), ("[1,]", .unexpectedByte, 3), ("{\"a\"}", .unexpectedByte, 4),
      ("{a:1}", .unexpectedByte, 1),
      ("tru", .unexpectedEnd, 3), ("trie", .unexpectedByte, 2), ("01", .invalidNumber, 0), ("-", .unexpectedEnd, 1),
      ("1.", .unexpectedEnd, 2),
      ("1e999", .invalidNumber, 0), ("\"a", .unexpectedEnd, 2), ("\"\\x\"", .invalidEscape, 1), ("\"\\u12g4\"", .invalidEscape, 5),
      ("\"\n\"", .controlCharacter, 1), ("1 2", .trailingText, 2), ("NaN", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
      ("[1 2]", .unexpectedByte, 3),
    ] as [(String, JSONError.Reason, Int)])
  func invalid(text: String, reason: JSONError.Reason, offset: Int) {
    #expect(throws: JSONError(reason, offset: offset, line: 1)) { try JSON.parse(text) }
  }

  @Test("An error names the line it is on")
  func line() {
    #expect(throws: JSONError(.unexpectedByte, offset: 7, line: 3)) { try JSON.parse("{\n\"a\":\n?}") }
  }

  @Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
  func utf8(bytes: [UInt8]) {
    #expect(throws: JSONError(.invalidUTF8, offset: 1, line: 1)) { try JSON.parse(bytes) }
  }

  @Test("Depth, length and the number of values are bounded")
  func limits() throws {
    let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
    #expect(throws: Never.self) { try JSON.parse(deep) }
    #expect(throws: JSONError(.tooDeep, offset: 32, line: 1)) { try JSON.parse("[" + deep + "]") }
    #expect(throws: JSONError(.tooLong, offset: 3, line: 1)) { try JSON.parse("1234", limits: JSONLimits(bytes: 3)) }
    #expect(throws: JSONError.self) { try JSON.parse("[1,2,3]", limits: JSONLimits(values: 3)) }
    #expect(throws: JSONError.self) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test("Printing and reading back gives the same value, and the same text again")
  func roundTrip() throws {
    let seed = UInt64(20_240_131)
    var random = SplitMix64(seed: seed)
    for round in 0..<3_000 {
      let value = random.json()
      let text = value.printed()
      let back = try JSON.parse(text)
      #expect(back.printed() == text && back == value, "seed \(seed), round \(round): \(text)")
      let sorted = value.printed(sortedKeys: true)
      #expect(try JSON.parse(sorted).printed(sortedKeys: true) == sorted, "seed \(seed), round \(round)")
    }
  }

  @Test("Random and damaged bytes never crash the reader")
  func hostile() {
    var random = SplitMix64(seed: 7)
    let alphabet = Array("{}[]\",:0123456789eE+-.truefalsn\\u \n\u{1}".utf8) + [0xC3, 0xA4, 0xFF, 0xED]
    for _ in 0..<5_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      do { _ = try JSON.parse(JSON.parse(bytes).printedBytes()) } catch { #expect(error.offset <= bytes.count) }
      var damaged = random.json().printedBytes()
      damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
      do { _ = try JSON.parse(damaged) } catch { #expect(error.offset <= damaged.count && error.line >= 1) }
    }
  }

  @Test("Numbers print shortest and floats stay floats")
  func numbers() {
    #expect((100.0 as JSON).printed() == "100.0")
    #expect(JSON.number(0.1).printed() == "0.1")
    #expect(JSON.number(-.infinity).printed() == "null")
    #expect(JSON.integer(.min).printed() == "-9223372036854775808")
  }

  @Test("Sorted names follow their bytes; repeats keep their order")
  func sorted() {
    let value = JSON.object([.init("b", 1), .init("a", 2), .init("b", 3), .init("B", 4)])
    #expect(value.printed(sortedKeys: true) == #"{"B":4,"a":2,"b":1,"b":3}"#)
    #expect(value.printed() == #"{"b":1,"a":2,"b":3,"B":4}"#)
  }

  @Test("Ids given as numbers become plain text")
  func ids() {
    #expect(JSON.text(for: 12345) == "12345")
    #expect(JSON.text(for: 12345.0) == "12345")
    #expect(JSON.text(for: 1.5) == "1.5")
    #expect(JSON.text(for: "u-1") == "u-1")
    for none in [nil, .null, "", "  ", true, []] as [JSON?] { #expect(JSON.text(for: none) == nil) }
  }

  @Test("An excerpt is bounded and ends at a whole character")
  func excerpt() {
    let long = JSON.array([.string(String(repeating: "ä", count: 10_000))])
    #expect(long.excerpt(limit: 5) == "[\"ä…")
    #expect((["a": 1] as JSON).excerpt() == #"{"a":1}"#)
  }

  @Test("The stable hashes are the published ones, for ever")
  func hashes() {
    #expect(StableHash.fnv1a64("") == 0xcbf2_9ce4_8422_2325)
    #expect(StableHash.fnv1a64("a") == 0xaf63_dc4c_8601_ec8c)
    #expect(StableHash.fnv1a64("foobar") == 0x8594_4171_f739_67e8)
    #expect(StableHash.fnv1a128Hex("".utf8) == "6c62272e07bb014262b821756295c58d")
    #expect(StableHash.fnv1a128Hex("a".utf8) == "d228cb696f1a8caf78912b704e4a8964")
    #expect(StableHash.fnv1a128Hex("foobar".utf8) == "343e1662793c64bf6f0d3597ba446f18")
    #expect(StableHash.contentID(["b": 1, "a": 2]) == StableHash.contentID(["a": 2, "b": 1]))
  }
}
