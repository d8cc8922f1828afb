import Domain

/// How people sign in elsewhere.
extension BlueprintBuilder {
  mutating func openID(_ checked: Checked) -> OpenIDSettings? {
    guard let name = checked.text("name"), let issuer = checked.text("issuer"), let clientID = checked.text("client_id") else { return nil }
    let use = SecretUse(idle: "nobody signs in with \(name)", example: "${OPENID_CLIENT_SECRET}")
    let clientSecret = checked["client_secret"].flatMap { field in
      field.text.flatMap { secret($0, at: field.place, use) }.map(Secret.init)
    }
    if WebAddress.isOpenToOthers(issuer), let place = checked["issuer"]?.place {
      findings.error(place, "\"issuer\" must begin with https://: what is signed there must not be changed on its way")
    }
    var domains: [String] = []
    for item in checked["domains"]?.items ?? [] {
      guard let text = item.text?.lowercased() else { continue }
      if text.contains("@") || !text.contains(".") || text.hasPrefix(".") {
        findings.error(item.place, "\"\(text)\" is no domain", suggestion: "example.com")
      }
      domains.append(text)
    }
    return OpenIDSettings(
      name: name, issuer: issuer, clientID: clientID, clientSecret: clientSecret, domains: domains,
      role: checked.text("role").flatMap(Role.init(rawValue:)) ?? .viewer)
  }
}
