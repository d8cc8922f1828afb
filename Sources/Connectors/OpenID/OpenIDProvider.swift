import AsyncHTTPClient
import Crypto
import Domain
import Foundation
import JWTKit
import NIOCore

/// A provider of OpenID Connect, as its client: the authorization code flow with PKCE.
///
/// Sources: OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9700 (best practice). What the provider publishes is kept for an
/// hour; a token signed with an unknown key has its keys read again, at most once a minute.
public actor OpenIDProvider: IdentityProvider {
  private let settings: OpenIDSettings
  private let secret: Secret
  private let fetch: OpenIDFetch
  private var metadata: (value: OpenIDMetadata, at: Instant)?
  private var keys: PublishedKeys?

  private static let trust = TimeSpan.hours(1)
  private static let pause = TimeSpan.minutes(1)

  /// - Parameter client: made with `Outbound.configuration`; its owner shuts it down.
  /// - Returns: `nil` where the client's secret is not there.
  public init?(_ settings: OpenIDSettings, client: HTTPClient) {
    guard let secret = settings.clientSecret else { return nil }
    self.settings = settings
    self.secret = secret
    fetch = OpenIDFetch(client: client)
  }

  /// The address at the provider to which the browser goes.
  /// - Throws: `OpenIDFailure`.
  public func address(for attempt: OpenIDAttempt, now: Instant) async throws -> String {
    let metadata = try await currentMetadata(now)
    let challenge = Self.base64URL(Data(SHA256.hash(data: Data(attempt.verifier.utf8))))
    let query = Self.form([
      ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", attempt.redirect), ("scope", "openid email profile"),
      ("state", attempt.state), ("nonce", attempt.nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
    ])
    return metadata.authorizationEndpoint + (metadata.authorizationEndpoint.contains("?") ? "&" : "?") + query
  }

  /// Turns the code that came back with the browser into who it is.
  /// - Throws: `OpenIDFailure`.
  public func identity(code: String, _ attempt: OpenIDAttempt, now: Instant) async throws -> ExternalIdentity {
    let metadata = try await currentMetadata(now)
    var fields = [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", attempt.redirect), ("code_verifier", attempt.verifier),
    ]
    var authorization: Secret?
    if metadata.secretInBody {
      fields += [("client_id", settings.clientID), ("client_secret", secret.reveal())]
    } else {
      let pair = "\(percentEncoded(settings.clientID)):\(percentEncoded(secret.reveal()))"
      authorization = Secret("Basic \(Data(pair.utf8).base64EncodedString())")
    }
    let answer = try await fetch.post(Self.form(fields), to: metadata.tokenEndpoint, authorization: authorization)
    guard let text = answer["id_token"]?.string else { throw OpenIDFailure("the provider's answer holds no ID token") }
    let token = try await verified(text, metadata, now)
    try token.check(issuer: settings.issuer, clientID: settings.clientID, nonce: attempt.nonce, now: now)
    var identity = ExternalIdentity(
      issuer: token.iss, subject: token.sub, email: token.email?.lowercased(), isEmailVerified: token.emailVerified?.isTrue ?? false,
      name: token.name)
    let isWhole = token.email != nil && token.emailVerified != nil
    if !isWhole, let endpoint = metadata.userinfoEndpoint, let access = answer["access_token"]?.string {
      try await complete(&identity, from: endpoint, access: Secret("Bearer \(access)"))
    }
    return identity
  }

  /// Some providers tell the address, or whether it is verified, only at the userinfo endpoint. (Core 1.0, section 5.3: the subject must
  /// be the same.) The two are taken together: what is verified there is the address that is told there.
  private func complete(_ identity: inout ExternalIdentity, from endpoint: String, access: Secret) async throws {
    let info = try await fetch.get(endpoint, authorization: access)
    guard info["sub"]?.string == identity.subject else { throw OpenIDFailure("the provider tells of somebody else") }
    identity.name = identity.name ?? info["name"]?.string
    guard let email = info["email"]?.string else { return }
    identity.email = email.lowercased()
    identity.isEmailVerified = info["email_verified"] == .bool(true) || info["email_verified"]?.string == "true"
  }

  // MARK: What the provider publishes

  private func currentMetadata(_ now: Instant) async throws -> OpenIDMetadata {
    if let metadata, Self.isFresh(metadata.at, now, Self.trust) { return metadata.value }
    var base = settings.issuer
    while base.hasSuffix("/") { base.removeLast() }
    let document = try await fetch.get(base + "/.well-known/openid-configuration")
    let read = try OpenIDMetadata(document, issuer: settings.issuer)
    metadata = (read, now)
    return read
  }

  private func verified(_ text: String, _ metadata: OpenIDMetadata, _ now: Instant) async throws -> IDToken {
    guard text.utf8.count <= 32_768 else { throw OpenIDFailure("the provider's token is too long") }
    let id = try Self.keyID(of: text)
    if keys.map({ Self.isFresh($0.at, now, $0.has(id) ? Self.trust : Self.pause) }) != true {
      keys = try await PublishedKeys(try await fetch.get(metadata.keysEndpoint), at: now)
    }
    guard let keys, keys.has(id) else { throw OpenIDFailure("the provider's token is signed with a key it does not publish") }
    do { return try await keys.collection.verify(text, as: IDToken.self) } catch {
      throw OpenIDFailure("the signature of the provider's token is not good")
    }
  }

  /// Which key signed a token; `nil` where it names none.
  private static func keyID(of token: String) throws -> String? {
    guard let head = token.split(separator: ".").first, let bytes = data(base64URL: String(head)),
      let header = try? JSON.parse(String(decoding: bytes, as: UTF8.self)), let algorithm = header["alg"]?.string,
      // Of a shared secret or of none anybody could have made the token.
      !algorithm.hasPrefix("HS"), algorithm.lowercased() != "none"
    else { throw OpenIDFailure("the provider's token cannot be read") }
    return header["kid"]?.string
  }

  private static func isFresh(_ at: Instant, _ now: Instant, _ span: TimeSpan) -> Bool { now >= at && now - at < span }

  // MARK: Texts

  static func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  private static func data(base64URL text: String) -> Data? {
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
  }

  private static func form(_ fields: [(String, String)]) -> String {
    fields.map { "\(percentEncoded($0.0))=\(percentEncoded($0.1))" }.joined(separator: "&")
  }
}

/// The keys with which a provider signs, as it publishes them. Source: RFC 7517.
private struct PublishedKeys: Sendable {
  let collection = JWTKeyCollection()
  let at: Instant
  private let ids: Set<String>

  /// Keys of kinds that are not known, or not for signatures, are passed over.
  init(_ document: JSON, at instant: Instant) async throws {
    at = instant
    var ids: Set<String> = []
    for json in (document["keys"]?.array ?? []).prefix(100) where json["use"] == nil || json["use"]?.string == "sig" {
      guard var key = try? JSONDecoder().decode(JWK.self, from: Data(json.printed().utf8)) else { continue }
      let id = key.keyIdentifier?.string ?? ""
      key.keyIdentifier = JWKIdentifier(string: id)
      guard (try? await collection.add(jwk: key)) != nil else { continue }
      ids.insert(id)
    }
    self.ids = ids
  }

  /// Whether the key with this id is there; a token that names none can only mean the only one.
  func has(_ id: String?) -> Bool { id.map(ids.contains) ?? (ids.count == 1) }
}
