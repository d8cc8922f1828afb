import Domain

/// What a provider's discovery document says of it. Source: OpenID Connect Discovery 1.0, section 3.
struct OpenIDMetadata: Hashable, Sendable {
  var issuer: String
  var authorizationEndpoint: String
  var tokenEndpoint: String
  var keysEndpoint: String
  var userinfoEndpoint: String?
  /// Whether the client's secret goes in the body, because the provider takes no Basic authentication.
  var secretInBody: Bool

  /// - Throws: `OpenIDFailure` where it is not the document of that issuer, or not complete.
  init(_ json: JSON, issuer: String) throws {
    // RFC 9207 and Discovery 4.3: a document that names another issuer could be a mix-up's. Letter for letter: many end in a slash.
    guard json["issuer"]?.string == issuer else {
      throw OpenIDFailure("the provider calls itself \(json["issuer"]?.string?.prefix(200) ?? "nothing"), not \(issuer)")
    }
    let mayBePlain = issuer.hasPrefix("http://")
    func address(_ name: String) throws -> String {
      guard let text = json[name]?.string, text.hasPrefix("https://") || (mayBePlain && text.hasPrefix("http://")) else {
        throw OpenIDFailure("the provider's document has no good \(name)")
      }
      return text
    }
    self.issuer = issuer
    authorizationEndpoint = try address("authorization_endpoint")
    tokenEndpoint = try address("token_endpoint")
    keysEndpoint = try address("jwks_uri")
    userinfoEndpoint = json["userinfo_endpoint"] == nil ? nil : try address("userinfo_endpoint")
    let methods = json["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string) ?? ["client_secret_basic"]
    secretInBody = !methods.contains("client_secret_basic") && methods.contains("client_secret_post")
  }
}
