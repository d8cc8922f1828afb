import Crypto
import Formats
import Foundation

/// A secret that somebody holds in an address or a cookie: 32 random bytes in base64url. What is stored of it is its SHA-256.
enum TokenText {
  static let secretBytes = 32

  static func make(_ randomBytes: (Int) -> [UInt8]) -> String { Base64.urlText(randomBytes(secretBytes)) }

  /// What is stored of it; `nil` where the text has not the form, so that it needs no look into the database.
  static func hash(_ text: String) -> [UInt8]? {
    guard text.utf8.count == KeyScan.secretLength, text.utf8.allSatisfy(KeyScan.isBase64URL) else { return nil }
    return KeyText.hash(text)
  }

  /// A code that only who has the secret can make, for one purpose.
  static func code(for purpose: String, secret: String) -> String {
    Base64.urlText(HMAC<SHA256>.authenticationCode(for: Data(purpose.utf8), using: SymmetricKey(data: Data(secret.utf8))))
  }
}
