import Crypto
import Formats
import Foundation
import Storage

/// The text of keys: `hf_write_`, `hf_api_` or `hf_metrics_` and 32 random bytes in base64url.
enum KeyText {
  static let secretBytes = 32

  static func make(scope: KeyScope, secret: [UInt8]) -> String { "hf_\(scope.rawValue)_\(Base64.urlText(secret))" }

  /// Whether a text has the form of a key: what has not needs no look into the database.
  static func isShaped(_ text: String) -> Bool {
    for scope in KeyScope.allCases {
      let prefix = "hf_\(scope.rawValue)_"
      guard text.hasPrefix(prefix) else { continue }
      let secret = text.utf8.dropFirst(prefix.utf8.count)
      return secret.count == KeyScan.secretLength && secret.allSatisfy(KeyScan.isBase64URL)
    }
    return false
  }

  static func hash(_ key: String) -> [UInt8] { Array(SHA256.hash(data: Data(key.utf8))) }

  /// Compares in a time that does not depend on where the two differ.
  static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
  }
}
