import Domain

/// Channels that send mail.
extension BlueprintBuilder {
  /// `nil` where something is wrong, which has been told then.
  mutating func mailServer(_ checked: Checked) -> MailServer? {
    let security = checked.text("tls").flatMap(MailServer.Security.init) ?? .startTLS
    let host = self.host(checked["host"])
    let port = self.port(checked["port"]) ?? security.usualPort
    let login = self.login(checked, security)
    let from = checked["from"].flatMap { address($0, "from") }
    let to = (checked["to"]?.items ?? []).compactMap { address($0, "to") }
    let authorities = checked["ca_file"].flatMap { self.authorities($0) }
    guard let host, let from else { return nil }
    return MailServer(host: host, port: port, security: security, login: login, from: from, to: to, authorities: authorities)
  }

  /// A name of the DNS or an IPv6 address.
  private mutating func host(_ checked: Checked?) -> String? {
    guard let checked, let text = checked.text else { return nil }
    let isIPv6 = text.contains(":") && text.utf8.allSatisfy { UnicodeScalar($0).properties.isASCIIHexDigit || [0x2E, 0x3A].contains($0) }
    guard MailAddress.isHost(text) || isIPv6 else {
      findings.error(checked.place, "\"host\" is the name of a server like mail.example.com, without port or scheme")
      return nil
    }
    return text
  }

  private mutating func port(_ checked: Checked?) -> Int? {
    guard let checked, let port = checked.integer else { return nil }
    if !(1...65_535).contains(port) { findings.error(checked.place, "\"port\" is 1 to 65535, not \(port)") }
    return port
  }

  private mutating func login(_ checked: Checked, _ security: MailServer.Security) -> MailServer.Login? {
    guard let user = checked["user"] else {
      if let password = checked["password"] { findings.error(password.place, "there is a \"password\" here, but no \"user\"") }
      return nil
    }
    guard let password = checked["password"] else {
      findings.error(user.place, "there is a \"user\" here, but no \"password\"")
      return nil
    }
    if security == .none {
      findings.error(user.place, "a password would go over the wire in the open: use \"tls: starttls\" or \"tls: tls\"")
    }
    let use = SecretUse(idle: "this channel sends nothing", example: "${SMTP_PASSWORD}")
    let value = password.text.flatMap { secret($0, at: password.place, use) }
    return user.text.map { MailServer.Login(user: $0, password: value.map(Secret.init)) }
  }

  private mutating func address(_ checked: Checked, _ key: String) -> MailAddress? {
    guard let text = checked.text else { return nil }
    guard let address = MailAddress(text) else {
      findings.error(checked.place, "\"\(key)\" is a mail address like ann@example.com, or Ann <ann@example.com>")
      return nil
    }
    return address
  }

  private mutating func authorities(_ checked: Checked) -> String? {
    guard let path = checked.text else { return nil }
    guard let text = surroundings.readFile(path), text.contains("-----BEGIN CERTIFICATE-----") else {
      findings.error(checked.place, "the file \(path) cannot be read, or holds no certificate in PEM form")
      return nil
    }
    return text
  }
}
