import Formats
import Foundation
import HTTPTypes
import Storage

/// Finds the key that a request presents outside its body.
enum Credentials {
  /// `Authorization: Bearer KEY`, for the JSON API.
  static func bearer(_ headers: HTTPFields) -> String? {
    value(of: "bearer", in: headers)
  }

  /// The write key as SDKs send it: the user name of Basic (a missing colon is forgiven), a Bearer token, `X-Write-Key` (`KEY` or
  /// `KEY:…`), or `?writeKey=` where a beacon can set no header. What does not look like one of our keys (a proxy's own password) is
  /// passed over.
  static func writeKey(_ headers: HTTPFields, _ query: Query) -> String? {
    let candidates = [
      value(of: "basic", in: headers).flatMap(userName), bearer(headers), headers[.writeKey].map(beforeColon), query["writeKey"],
      query["write_key"],
    ]
    return candidates.lazy.compactMap(\.self).first(where: KeyText.isShaped)
  }

  private static func value(of scheme: String, in headers: HTTPFields) -> String? {
    guard let field = headers[.authorization] else { return nil }
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == scheme else { return nil }
    return parts[1].trimmingCharacters(in: .whitespaces)
  }

  private static func userName(_ base64: String) -> String? {
    let missing = (4 - base64.utf8.count % 4) % 4
    guard let data = Data(base64Encoded: base64 + String(repeating: "=", count: missing)) else { return nil }
    return beforeColon(String(decoding: data, as: UTF8.self))
  }

  private static func beforeColon(_ text: String) -> String {
    String(text.prefix { $0 != ":" })
  }
}

extension HTTPField.Name {
  static let writeKey = HTTPField.Name("X-Write-Key")!
}
