import Crypto
import CryptoExtras
import Formats
import Foundation

/// A password as it is stored: `scrypt$ln=17$r=8$p=1$SALT$HASH`, both in base64url. The parameters stand with it, so that they can grow.
struct PasswordHash: Hashable, Sendable {
  var cost: PasswordHasher.Cost
  var salt: [UInt8]
  var hash: [UInt8]

  static let saltBytes = 16
  private static let hashBytes = 32

  /// Takes long and much memory; that is what it is for.
  init(of password: String, salt: [UInt8], cost: PasswordHasher.Cost) throws {
    self.cost = cost
    self.salt = salt
    // One and the same for a letter however a keyboard composes it (NIST SP 800-63B §5.1.1.2). No password is empty.
    let normal = password.isEmpty ? "\u{0}" : password.precomposedStringWithCompatibilityMapping
    let key = try KDF.Scrypt.deriveKey(
      from: Data(normal.utf8), salt: Data(salt), outputByteCount: Self.hashBytes, rounds: 1 << cost.logRounds, blockSize: cost.blockSize,
      parallelism: cost.parallelism)
    hash = key.withUnsafeBytes { Array($0) }
  }

  /// `nil` where the text is none, or asks for more than we would ever give.
  init?(text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "scrypt",
      let logRounds = Self.number(parts[1], "ln="), (4...20).contains(logRounds),
      let blockSize = Self.number(parts[2], "r="), (1...16).contains(blockSize),
      let parallelism = Self.number(parts[3], "p="), (1...4).contains(parallelism),
      let salt = Base64.decode(parts[4].utf8), !salt.isEmpty,
      let hash = Base64.decode(parts[5].utf8), hash.count == Self.hashBytes
    else { return nil }
    cost = PasswordHasher.Cost(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
    self.salt = salt
    self.hash = hash
  }

  var text: String {
    "scrypt$ln=\(cost.logRounds)$r=\(cost.blockSize)$p=\(cost.parallelism)$\(Base64.urlText(salt))$\(Base64.urlText(hash))"
  }

  private static func number(_ text: Substring, _ prefix: String) -> Int? {
    text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
  }
}
