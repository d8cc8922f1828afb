import Domain
import JWTKit

/// What a provider says in an ID token. Source: OpenID Connect Core 1.0, sections 2, 3.1.3.7 and 5.1.
struct IDToken: JWTPayload {
  var iss: String
  var sub: String
  var aud: AudienceClaim
  var azp: String?
  var exp: Double
  var iat: Double
  var nonce: String?
  var email: String?
  var emailVerified: Flag?
  var name: String?

  private enum CodingKeys: String, CodingKey {
    case iss, sub, aud, azp, exp, iat, nonce, email, name
    case emailVerified = "email_verified"
  }

  /// Some providers write `"true"`.
  struct Flag: Codable, Sendable {
    var isTrue: Bool

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) { isTrue = flag } else { isTrue = try container.decode(String.self) == "true" }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(isTrue)
    }
  }

  /// The signature is checked by now; what is said is checked by `check`, which knows the time.
  func verify(using algorithm: some JWTAlgorithm) throws {}

  /// Clocks may differ by this much.
  static let leeway = TimeSpan.minutes(2)

  /// - Throws: `OpenIDFailure` where the token is not for this client, this sign-in and this time.
  func check(issuer: String, clientID: String, nonce expected: String, now: Instant) throws {
    guard iss == issuer else { throw OpenIDFailure("the answer comes from another provider") }
    guard aud.value.contains(clientID), aud.value.count == 1 || azp == clientID, azp == nil || azp == clientID else {
      throw OpenIDFailure("the answer is meant for another program")
    }
    guard nonce == expected else { throw OpenIDFailure("the answer belongs to another sign-in") }
    guard let expires = Instant(epoch: exp), expires + Self.leeway > now else { throw OpenIDFailure("the answer came too late") }
    guard let issued = Instant(epoch: iat), issued - Self.leeway < now else {
      throw OpenIDFailure("the provider's clock or this server's is wrong: the answer comes from the future")
    }
    guard !sub.isEmpty, sub.utf8.count <= 255 else { throw OpenIDFailure("the answer names nobody") }
  }
}
