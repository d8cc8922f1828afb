import AsyncHTTPClient
import Crypto
import Domain
import Foundation
import JWTKit
import Synchronization
import Testing

@testable import Connectors

@Suite("Sign-in by a provider of OpenID Connect")
struct OpenIDTests {
  private static let now = Instant(microseconds: 1_770_000_000_000_000)

  /// A provider that answers as it is told and keeps what it was asked.
  private struct Provider {
    var claims: [String: JSON] = [
      "sub": "u-1", "aud": "holdfast", "nonce": "n-1", "email": "Ann@Example.com", "email_verified": .bool(true), "name": "Ann",
      "iat": .integer(now.microseconds / 1_000_000), "exp": .integer(now.microseconds / 1_000_000 + 300),
    ]
    var signsWith = ES256PrivateKey()
    /// What it publishes; `nil`: the key it signs with.
    var publishes: ES256PrivateKey?
    var authentication = "client_secret_basic"
    var issuer: String?
    /// What the settings, and what the provider, put after the address: many names end in a slash.
    var settingsSuffix = ""
    var suffix = ""
    var userinfo = #"{"sub": "u-1", "email": "info@example.com", "email_verified": true}"#

    func identity(code: String = "c-1") async throws -> (ExternalIdentity, [LocalServer.Call]) {
      let port = Mutex(0)
      let key = publishes ?? signsWith
      let server = try await LocalServer(
        .by { [self] call in
          let base = "http://127.0.0.1:\(port.withLock { $0 })"
          switch call.uri {
          case "/.well-known/openid-configuration": return .status(200, body: discovery(base))
          case "/keys": return .status(200, body: Self.published(key))
          case "/token": return .status(200, body: token(base))
          case "/userinfo": return .status(200, body: userinfo)
          default: return .status(404, body: "{}")
          }
        })
      port.withLock { $0 = server.port }
      let client = HTTPClient(configuration: Outbound.configuration)
      let settings = OpenIDSettings(
        name: "Work", issuer: "http://127.0.0.1:\(server.port)\(settingsSuffix)", clientID: "holdfast", clientSecret: Secret("s3cret/+"))
      let attempt = OpenIDAttempt(state: "s", nonce: "n-1", verifier: String(repeating: "v", count: 43), redirect: "http://h/back")
      let found: Result<ExternalIdentity, any Error>
      do {
        let provider = try #require(OpenIDProvider(settings, client: client))
        found = .success(try await provider.identity(code: code, attempt, now: OpenIDTests.now))
      } catch { found = .failure(error) }
      try await client.shutdown()
      try await server.close()
      return (try found.get(), server.received)
    }

    private func discovery(_ base: String) -> String {
      JSON.object([
        .init("issuer", .string(issuer ?? base + suffix)), .init("authorization_endpoint", .string(base + "/authorize")),
        .init("token_endpoint", .string(base + "/token")), .init("jwks_uri", .string(base + "/keys")),
        .init("userinfo_endpoint", .string(base + "/userinfo")),
        .init("token_endpoint_auth_methods_supported", [.string(authentication)]),
      ]).printed()
    }

    private static func published(_ key: ES256PrivateKey) -> String {
      guard let parameters = key.publicKey.parameters else { return "{}" }
      let x = parameters.x.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
      let y = parameters.y.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
      return #"{"keys": [{"kty": "none-of-ours"}, {"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k", "x": "\#(x)", "y": "\#(y)"}]}"#
    }

    private func token(_ base: String) -> String {
      var members = claims
      if members["iss"] == nil { members["iss"] = .string(base + suffix) }
      let head = part(#"{"alg":"ES256","kid":"k"}"#)
      let body = part(JSON.object(members.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value) }).printed())
      guard let key = try? P256.Signing.PrivateKey(pemRepresentation: signsWith.pemRepresentation),
        let signature = try? key.signature(for: Data("\(head).\(body)".utf8))
      else { return "{}" }
      let sealed = OpenIDProvider.base64URL(signature.rawRepresentation)
      return #"{"access_token": "at", "token_type": "Bearer", "id_token": "\#(head).\#(body).\#(sealed)"}"#
    }

    private func part(_ text: String) -> String { OpenIDProvider.base64URL(Data(text.utf8)) }
  }

  @Test("takes whom the provider signs for, and proves that it asked: verifier, secret, the same way back")
  func good() async throws {
    let (identity, calls) = try await Provider().identity()
    #expect(identity.subject == "u-1" && identity.email == "ann@example.com" && identity.isEmailVerified && identity.name == "Ann")
    let call = try #require(calls.first { $0.uri == "/token" })
    #expect(call.headers["authorization"] == "Basic " + Data("holdfast:s3cret%2F%2B".utf8).base64EncodedString())
    #expect(call.body.contains("code=c-1") && call.body.contains("code_verifier=" + String(repeating: "v", count: 43)))
    #expect(call.body.contains("redirect_uri=http%3A%2F%2Fh%2Fback") && !call.body.contains("s3cret"))
  }

  @Test("sends the secret in the body to a provider that takes it nowhere else")
  func secretInBody() async throws {
    var provider = Provider()
    provider.authentication = "client_secret_post"
    let call = try #require(try await provider.identity().1.first { $0.uri == "/token" })
    #expect(call.headers["authorization"] == nil && call.body.contains("client_secret=s3cret%2F%2B"))
  }

  @Test("asks for the address where the token does not tell it")
  func userinfo() async throws {
    var provider = Provider()
    provider.claims["email"] = nil
    #expect(try await provider.identity().0.email == "info@example.com")
    provider.claims["sub"] = "someone-else"
    await #expect(throws: OpenIDFailure.self) { try await provider.identity() }
  }

  @Test("asks whether the address is verified where the token does not tell it, and takes the two from one place")
  func verified() async throws {
    var provider = Provider()
    provider.claims["email_verified"] = nil
    let asked = try await provider.identity().0
    #expect(asked.email == "info@example.com" && asked.isEmailVerified)
    provider.userinfo = #"{"sub": "u-1", "email_verified": true}"#
    let half = try await provider.identity().0
    #expect(half.email == "ann@example.com" && !half.isEmailVerified, "verified is which address?")
    provider.claims["email_verified"] = .bool(false)
    provider.userinfo = #"{"sub": "u-1", "email": "info@example.com", "email_verified": true}"#
    let (told, calls) = try await provider.identity()
    #expect(!told.isEmailVerified && !calls.contains { $0.uri == "/userinfo" }, "what the token tells stands")
  }

  @Test(
    "takes a provider by its name letter for letter, with or without a slash at its end",
    arguments: [("/", "/", true), ("", "", true), ("", "/", false), ("/", "", false)])
  func slashes(configured: String, own: String, isTaken: Bool) async throws {
    var provider = Provider()
    (provider.settingsSuffix, provider.suffix) = (configured, own)
    if isTaken {
      #expect(try await provider.identity().0.issuer.hasSuffix(own))
    } else {
      await #expect(throws: OpenIDFailure.self) { try await provider.identity() }
    }
  }

  @Test(
    "refuses what is not for this client, this sign-in, this time, or not signed by the provider",
    arguments: [
      ["aud": "another"], ["aud": ["holdfast", "another"]], ["azp": "another"], ["nonce": "n-2"], ["nonce": nil], ["iss": "http://evil"],
      ["exp": 1_769_999_000], ["iat": 1_770_000_900], ["sub": ""],
    ] as [[String: JSON?]])
  func refused(changes: [String: JSON?]) async throws {
    var provider = Provider()
    for (name, value) in changes { provider.claims[name] = value }
    await #expect(throws: OpenIDFailure.self) { try await provider.identity() }
  }

  @Test("refuses a token that another key has signed, and a document of another issuer")
  func forged() async throws {
    var provider = Provider()
    provider.publishes = ES256PrivateKey()
    await #expect(throws: OpenIDFailure.self) { try await provider.identity() }
    provider = Provider()
    provider.issuer = "http://127.0.0.1:1"
    await #expect(throws: OpenIDFailure.self) { try await provider.identity() }
  }

  @Test("sends the browser away with the challenge, never with the verifier")
  func address() async throws {
    try await LocalServer.with(
      .by { call in
        let base = "http://\(call.headers["host"] ?? "")"
        return .status(
          200,
          body:
            #"{"issuer": "\#(base)", "authorization_endpoint": "\#(base)/a?x=1", "token_endpoint": "\#(base)/t", "jwks_uri": "\#(base)/k"}"#
        )
      }
    ) { server in
      let client = HTTPClient(configuration: Outbound.configuration)
      let settings = OpenIDSettings(
        name: "Work", issuer: "http://127.0.0.1:\(server.port)", clientID: "hold fast", clientSecret: Secret("s"))
      let provider = try #require(OpenIDProvider(settings, client: client))
      // RFC 7636, appendix B.
      let attempt = OpenIDAttempt(
        state: "st", nonce: "no", verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", redirect: "http://h/back")
      let address = try await provider.address(for: attempt, now: Self.now)
      try await client.shutdown()
      #expect(address.hasPrefix("http://127.0.0.1:\(server.port)/a?x=1&response_type=code&client_id=hold%20fast&"))
      #expect(address.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"))
      #expect(address.contains("&state=st&nonce=no") && !address.contains("dBjftJeZ4CVP"))
    }
  }
}
