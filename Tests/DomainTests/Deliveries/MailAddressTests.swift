import Domain
import Testing

@Suite("A mail address")
struct MailAddressTests {
  @Test(
    "is taken with or without a name, in small letters",
    arguments: [
      ("ann@example.com", "ann@example.com", nil), (" Ann.Smith+cs@Mail.Example.COM ", "ann.smith+cs@mail.example.com", nil),
      ("Ann Smith <ann@example.com>", "ann@example.com", "Ann Smith"),
      ("\"Smith, Ann\" <ann@example.com>", "ann@example.com", "Smith, Ann"),
      ("Müller <m@example.com>", "m@example.com", "Müller"), ("<ann@localhost>", "ann@localhost", nil),
    ] as [(String, String, String?)])
  func taken(text: String, address: String, name: String?) {
    let found = MailAddress(text)
    #expect(found?.address == address && found?.name == name)
    #expect(found.flatMap { MailAddress($0.description) } == found)
  }

  @Test(
    "is refused where it could end a header, or is none",
    arguments: [
      "", "ann", "ann@", "@example.com", "a b@example.com", "ann@example.com\r\nBcc: x@y.z", "ann@exa\nmple.com", "ann@@example.com",
      "ann@-example.com", "ann@example..com", ".ann@example.com", "ann.@example.com", "a..b@example.com", "ann@example.com>",
      "<ann@example.com",
      "ann@[127.0.0.1]", "\"a b\"@example.com", "änn@example.com", "ann@exämple.com", "ann@example.com, bob@example.com",
      "Ann\u{7} <ann@example.com>", "Ann <ann@example.com> <bob@example.com", String(repeating: "a", count: 65) + "@example.com",
    ])
  func refused(text: String) { #expect(MailAddress(text) == nil) }
}
