/// Text as a part of an address's path, or as a value in its query: all but letters, digits, `-`, `_`, `~` and inner dots is encoded
/// (RFC 3986, section 2.3). "." and ".." alone would be taken for steps through the path.
public func percentEncoded(_ text: String) -> String {
  let isStep = text == "." || text == ".."
  var encoded = ""
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
      encoded.unicodeScalars.append(Unicode.Scalar(byte))
    case UInt8(ascii: ".") where !isStep: encoded += "."
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
  }
  return encoded
}
