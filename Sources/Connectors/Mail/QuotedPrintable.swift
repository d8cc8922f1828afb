/// Text of any kind as lines of plain letters (RFC 2045, section 6.7).
enum QuotedPrintable {
  /// The longest line, without its end.
  static let lineLimit = 76

  /// Every line of the text ends with CRLF, whatever it ended with; so does the last.
  static func encoded(_ text: String) -> String {
    var encoded = ""
    encoded.reserveCapacity(text.utf8.count * 2)
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines {
      append(Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line), to: &encoded)
      encoded += "\r\n"
    }
    return encoded
  }

  private static func append(_ bytes: [UInt8], to encoded: inout String) {
    var length = 0
    for (index, byte) in bytes.enumerated() {
      let isLast = index == bytes.count - 1
      var piece = self.piece(byte, isFirst: length == 0, isLast: isLast)
      // One column is kept for the mark that the line goes on.
      if length + piece.utf8.count > (isLast ? lineLimit : lineLimit - 1) {
        encoded += "=\r\n"
        length = 0
        piece = self.piece(byte, isFirst: true, isLast: isLast)
      }
      encoded += piece
      length += piece.utf8.count
    }
  }

  /// A blank at a line's end gets lost on the way; a full stop alone would end the message, and some change a "From" at the beginning.
  private static func piece(_ byte: UInt8, isFirst: Bool, isLast: Bool) -> String {
    switch byte {
    case UInt8(ascii: "="): hex(byte)
    case UInt8(ascii: " "), UInt8(ascii: "\t"): isLast ? hex(byte) : String(UnicodeScalar(byte))
    case UInt8(ascii: "."), UInt8(ascii: "F"): isFirst ? hex(byte) : String(UnicodeScalar(byte))
    case 0x21...0x7E: String(UnicodeScalar(byte))
    default: hex(byte)
    }
  }

  private static let digits = Array("0123456789ABCDEF")

  /// "=C3"
  static func hex(_ byte: UInt8) -> String { "=\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])" }
}
