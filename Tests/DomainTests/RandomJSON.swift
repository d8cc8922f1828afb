import Domain

extension SplitMix64 {
  mutating func text() -> String {
    let alphabet: [String] = [
      "a", "Z", "0", " ", "\"", "\\", "\n", "\r\n", "\t", "\0", "\u{1F}", "ä", "€", "😀", "\u{2028}", "e\u{301}", "/", ",",
    ]
    return (0..<Int.random(in: 0...8, using: &self)).map { _ in alphabet.randomElement(using: &self)! }.joined()
  }

  mutating func double() -> Double {
    let value = Double(bitPattern: next())
    return value.isFinite ? value : Double(Int.random(in: -1000...1000, using: &self)) / 8
  }

  mutating func json(depth: Int = 4) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &self))
    case 2: return .integer(Int64(bitPattern: next()))
    case 3: return .integer(Int64.random(in: -3...3, using: &self))
    case 4: return .number(double())
    case 5: return .string(text())
    case 6: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in json(depth: depth - 1) })
    default: return .object(members(depth: depth - 1))
    }
  }

  mutating func members(depth: Int = 3) -> [JSON.Member] {
    (0..<Int.random(in: 0...4, using: &self)).map { _ in JSON.Member(text(), json(depth: depth)) }
  }
}
