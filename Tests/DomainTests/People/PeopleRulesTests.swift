import Domain
import Testing

@Suite("Rules for people")
struct PeopleRulesTests {
  private static let ann = User(id: "1", email: "ann.long-name@example.com", name: "Ann Of The Hill", role: .lead, createdAt: .epoch)

  @Test(
    "A password is 10 to 200 characters, of any kind, and not one that others try first",
    arguments: [
      ("", .tooShort), ("123456789", .tooShort), ("short wor", .tooShort), ("purple tin roof", nil), ("ßß ää 漢字 ok", nil),
      (String(repeating: "abcd", count: 50), nil), (String(repeating: "abcd", count: 50) + "e", .tooLong), ("Password123", .common),
      ("aaaaaaaaaaaaaaaa", .common), ("1212121212", .common), ("1234567890", .common), ("ANN.long-name@example.com", .ownAddress),
      ("ann.long-name", .ownAddress), ("ann of the hill", .ownAddress), ("ann of the hill 7", nil),
    ] as [(String, PasswordRules.Refusal?)])
  func passwords(password: String, refusal: PasswordRules.Refusal?) {
    #expect(PasswordRules.refusal(password, for: Self.ann) == refusal)
    if let refusal { #expect(refusal.sentence.hasSuffix(".")) }
  }

  @Test(
    "An address is one, in lower case and without blanks around it",
    arguments: [
      (" Ann@Example.COM\n", "ann@example.com"), ("ann", nil), ("@example.com", nil), ("ann@", nil), ("a@b@c", nil), ("a b@c.d", nil),
      ("ann\u{0}@example.com", nil), ("ann@exam\u{a0}ple.com", nil), (String(repeating: "a", count: 250) + "@b.c", "long"),
      (String(repeating: "a", count: 251) + "@b.c", nil), ("ünal@example.com", "ünal@example.com"),
    ] as [(String, String?)])
  func addresses(text: String, email: String?) {
    let expected = email == "long" ? text : email
    #expect(UserRules.email(text) == expected)
  }

  @Test("A name is one line of up to 100 characters")
  func names() {
    #expect(UserRules.name("  Ann Lee ") == "Ann Lee")
    #expect(UserRules.name(" \t ") == nil)
    #expect(UserRules.name("Ann\nLee") == nil)
    #expect(UserRules.name(String(repeating: "x", count: 100)) != nil)
    #expect(UserRules.name(String(repeating: "x", count: 101)) == nil)
    #expect(UserRules.name(cutting: " " + String(repeating: "x", count: 101)) == String(repeating: "x", count: 100))
    #expect(UserRules.name(cutting: "Ann\nLee") == nil)
  }

  @Test("A session ends a week after it was last seen, and thirty days after it began in any case")
  func expiry() {
    let began = Instant.epoch
    #expect(SignInSession.expiry(createdAt: began, seenAt: began) == began + .days(7))
    #expect(SignInSession.expiry(createdAt: began, seenAt: began + .days(20)) == began + .days(27))
    #expect(SignInSession.expiry(createdAt: began, seenAt: began + .days(29)) == began + .days(30))
  }
}
