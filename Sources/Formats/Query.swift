import Domain

/// The fields of an address's query, decoded; names may repeat.
public struct Query: Sendable {
  /// As it stands in the address, without the question mark.
  public let text: String?
  public let pairs: [(name: String, value: String)]

  /// More fields than this are not looked at.
  private static let maximumFields = 200

  /// - Parameter text: without the question mark.
  public init(_ text: String?) {
    self.text = text
    let parts = (text ?? "").split(separator: "&", maxSplits: Self.maximumFields)
    pairs = parts.prefix(Self.maximumFields).map { part in
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = Self.decoded(halves[0]) ?? ""
      return (name, halves.count == 2 ? Self.decoded(halves[1]) ?? "" : "")
    }
  }

  /// The first field of that name.
  public subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  /// Every value of that name.
  public func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// `nil` where the bytes are not UTF-8. A `%` without two digits stands for itself.
  public static func decoded(_ text: some StringProtocol, plusIsBlank: Bool = true) -> String? {
    String(validating: bytes(of: Array(text.utf8), plusIsBlank: plusIsBlank), as: UTF8.self)?.streamSafe
  }

  /// The bytes that form-encoded text stands for.
  static func bytes(of text: [UInt8], plusIsBlank: Bool = true) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "%"), index + 2 < text.count, let high = digit(text[index + 1]), let low = digit(text[index + 2]) {
        output.append(high << 4 | low)
        index += 3
      } else {
        output.append(plusIsBlank && text[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[index])
        index += 1
      }
    }
    return output
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
