import Domain
import Settings
import Testing

@Suite("Mail and digests in the settings")
struct MailSettingsTests {
  private static let certificate = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"

  private func load(_ keys: String, digests: String = "", password: String? = "hunter2") -> LoadResult {
    let channel = "  team: {kind: slack, webhook_url: \"${HOOK}\"}\n  mail:\n    kind: smtp\n"
    let lines = keys.split(separator: "\n").map { "    \($0)\n" }.joined()
    let text = Fixture.base.replacing("  team: {kind: slack, webhook_url: \"${HOOK}\"}\n", with: channel + lines) + digests
    var environment = Fixture.environment
    environment["SMTP_PASSWORD"] = password
    return SettingsLoader.load(files: [("a.yaml", text)], environment: environment) { $0 == "ca.pem" ? Self.certificate : nil }
  }

  private static let whole = """
    host: mail.example.com
    user: holdfast
    password: ${SMTP_PASSWORD}
    from: Holdfast <holdfast@example.com>
    to: [success@example.com, Ann <Ann@example.com>]
    ca_file: ca.pem
    """

  @Test("a mail server with what it takes, and the usual port of each kind of connection")
  func values() throws {
    let result = load(Self.whole)
    #expect(result.diagnostics.map(\.description) == [])
    let server = try #require(result.blueprint?.channel("mail")?.mailServer)
    #expect(server.host == "mail.example.com" && server.port == 587 && server.security == .startTLS)
    #expect(server.login?.user == "holdfast" && server.login?.password?.reveal() == "hunter2" && server.isComplete)
    #expect(server.from.description == "Holdfast <holdfast@example.com>")
    #expect(server.to.map(\.address) == ["success@example.com", "ann@example.com"])
    #expect(server.authorities == Self.certificate)
    #expect(!"\(result)".contains("hunter2"))
    for (tls, port) in [("tls", 465), ("none", 25), ("starttls", 587), ("none\nport: 2525", 2_525)] {
      let server = load("host: localhost\nfrom: a@example.com\ntls: \(tls)").blueprint?.channel("mail")?.mailServer
      #expect(server?.port == port && server?.login == nil && server?.to == [])
    }
  }

  @Test("a password that is not there is a warning, and the channel cannot send")
  func noPassword() {
    let result = load(Self.whole, password: nil)
    #expect(
      result.diagnostics.map(\.message) == ["the environment variable SMTP_PASSWORD is not set; this channel sends nothing until it is"])
    #expect(result.blueprint?.channel("mail")?.mailServer?.isComplete == false)
  }

  @Test(
    "what cannot be is told where it stands",
    arguments: [
      ("host: smtp://mail", "\"host\" is the name of a server like mail.example.com, without port or scheme"),
      ("host: mail:25", "\"host\" is the name of a server like mail.example.com, without port or scheme"),
      ("port: 70000", "\"port\" is 1 to 65535, not 70000"), ("tls: ssl", "\"tls\" is starttls, tls or none, not \"ssl\""),
      ("from: nobody", "\"from\" is a mail address like ann@example.com, or Ann <ann@example.com>"),
      ("to: [\"a@example.com\", \"b\"]", "\"to\" is a mail address like ann@example.com, or Ann <ann@example.com>"),
      ("password: ${SMTP_PASSWORD}", "there is a \"password\" here, but no \"user\""),
      ("user: ann", "there is a \"user\" here, but no \"password\""),
      ("ca_file: gone.pem", "the file gone.pem cannot be read, or holds no certificate in PEM form"),
      (
        "user: ann\npassword: ${SMTP_PASSWORD}\ntls: none",
        "a password would go over the wire in the open: use \"tls: starttls\" or \"tls: tls\""
      ),
    ])
  func wrong(keys: String, message: String) {
    let usual = ["host: mail.example.com", "from: a@example.com"].filter { !keys.hasPrefix($0.prefix(5)) }
    let result = load((usual + [keys]).joined(separator: "\n"))
    #expect(result.blueprint == nil)
    #expect(result.errors.map(\.message) == [message])
  }

  @Test("the digest goes out on Monday at nine where nothing else is said")
  func digests() {
    #expect(load(Self.whole).blueprint?.digests == DigestRules())
    #expect(load(Self.whole, digests: "digests: {at_risk: off}\n").blueprint?.digests.atRisk == nil)
    let usual = load(Self.whole, digests: "digests: {at_risk: {to: [team, mail]}}\n")
    #expect(usual.blueprint?.digests.atRisk == AtRiskDigestRule(channels: ["team", "mail"], weekday: .monday, minute: 540))
    let friday = load(Self.whole, digests: "digests: {at_risk: {to: [team], day: friday, hour: \"16:30\"}}\n")
    #expect(friday.blueprint?.digests.atRisk == AtRiskDigestRule(channels: ["team"], weekday: .friday, minute: 990))
  }

  @Test("a digest needs channels that are there, and addresses")
  func wrongDigests() {
    #expect(
      load(Self.whole, digests: "digests: {at_risk: {to: [maill]}}\n").errors.map(\.description).map { $0.drop { $0 != "e" } } == [
        "error: unknown channel \"maill\", did you mean \"mail\"?"
      ])
    #expect(
      load("host: localhost\nfrom: a@example.com", digests: "digests: {at_risk: {to: [mail]}}\n").errors.map(\.message) == [
        "the channel \"mail\" needs a \"to\" with addresses: a digest is for nobody in particular"
      ])
  }
}
