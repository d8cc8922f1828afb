/// The properties of an event, as the compact JSON text in which they are stored: events come by the hundred thousand a second, and nearly
/// nobody looks into their properties.
public struct EventProperties: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// Compact JSON of an object, as `JSON.printed()` makes it.
  public let text: String

  public init(_ members: [JSON.Member]) { text = members.isEmpty ? "{}" : JSON.object(members).printed() }

  public init(arrayLiteral elements: JSON.Member...) { self.init(elements) }

  /// - Parameter compact: what `JSONScanner.compact` made of an object.
  public init(compact: String) { text = compact }

  /// Properties as stored; `nil` where the text cannot be those.
  init?(stored text: String) {
    guard text.utf8.first == UInt8(ascii: "{"), text.utf8.last == UInt8(ascii: "}") else { return nil }
    self.text = text
  }

  /// The properties one by one; none where the stored text has been damaged.
  public var members: [JSON.Member] { (try? JSON.parse(text))?.members ?? [] }

  /// Objects and arrays inside one another, the outermost counted.
  public var depth: Int {
    var (deepest, depth, isText, isEscaped) = (0, 0, false, false)
    for byte in text.utf8 {
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        deepest = max(deepest, depth)
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    return deepest
  }
}
