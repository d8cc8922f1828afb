import Hummingbird

/// The fields of a request's query, decoded; names may repeat.
struct Query {
  /// As it stands in the address, without the question mark.
  let text: String?
  let pairs: [(name: String, value: String)]

  /// More fields than this are not looked at.
  private static let maximumFields = 200

  init(_ request: Request) { self.init(request.uri.query) }

  init(_ text: String?) {
    self.text = text
    let parts = (text ?? "").split(separator: "&", maxSplits: Self.maximumFields)
    pairs = parts.prefix(Self.maximumFields).map { part in
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = Self.decoded(halves[0]) ?? ""
      return (name, halves.count == 2 ? Self.decoded(halves[1]) ?? "" : "")
    }
  }

  /// The first field of that name.
  subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// `nil` where the bytes are not UTF-8. A `%` without two digits stands for itself.
  static func decoded(_ text: some StringProtocol, plusIsBlank: Bool = true) -> String? {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) {
        output.append(high << 4 | low)
        index += 3
      } else {
        output.append(plusIsBlank && bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
        index += 1
      }
    }
    return String(validating: output, as: UTF8.self)
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
