import Domain
import Testing

@Suite("Who comes in by a provider of OpenID Connect")
struct OpenIDAdmissionTests {
  private static let settings = OpenIDSettings(
    name: "Work", issuer: "https://id.example.com", clientID: "c", clientSecret: nil, domains: ["example.com"], role: .successManager)
  private static let ann = User(id: "1", email: "ann@example.com", name: "Ann", role: .lead, createdAt: .epoch)
  private static var gone: User {
    var user = ann
    user.disabledAt = .epoch
    return user
  }

  private func decide(
    _ email: String? = "ann@example.com", verified: Bool = true, tied: User? = nil, namesake: (user: User, isTied: Bool)? = nil,
    name: String? = "Ann Lee"
  ) -> OpenIDAdmission {
    let identity = ExternalIdentity(
      issuer: Self.settings.issuer, subject: "u-1", email: email, isEmailVerified: verified, name: name)
    return .decide(identity, tied: tied, namesake: namesake, Self.settings)
  }

  private func isRefused(_ admission: OpenIDAdmission) -> Bool { if case .refuse = admission { true } else { false } }

  @Test("Somebody known comes in whatever address is told now")
  func known() {
    #expect(decide(nil, verified: false, tied: Self.ann) == .known(Self.ann))
  }

  @Test("Somebody who was added by her address is tied to the identity, once it is verified")
  func tie() {
    #expect(decide(namesake: (Self.ann, false)) == .tie(Self.ann))
    #expect(isRefused(decide(verified: false, namesake: (Self.ann, false))))
    #expect(isRefused(decide(namesake: (Self.ann, true))))
  }

  @Test("Somebody new comes in only from a domain that may")
  func join() {
    #expect(decide("bob@example.com") == .join(email: "bob@example.com", name: "Ann Lee", role: .successManager))
    for stranger in ["bob@evil.com", "bob@notexample.com", "bob@example.com.evil.com", "example.com", "@example.com", "a@b@example.com"] {
      #expect(isRefused(decide(stranger)), "\(stranger)")
    }
    #expect(isRefused(decide("bob@example.com", verified: false)))
    #expect(isRefused(decide(nil)))
  }

  @Test("Address and name are held to the rules that hold for all people")
  func rules() {
    #expect(decide(" Bob@Example.com ") == .join(email: "bob@example.com", name: "Ann Lee", role: .successManager))
    for address in ["b\u{a0}ob@example.com", "b ob@example.com", "b\u{7f}ob@example.com"] { #expect(isRefused(decide(address))) }
    let long = String(repeating: "x", count: UserRules.longestName)
    for (told, kept) in [(long + "y", long), ("Bob\nLee", nil), ("  ", nil), (nil, nil), (" Bob ", "Bob")] as [(String?, String?)] {
      let expected = OpenIDAdmission.join(email: "bob@example.com", name: kept ?? "bob@example.com", role: .successManager)
      #expect(decide("bob@example.com", name: told) == expected, "\(told ?? "none")")
    }
  }

  @Test("An account that was closed stays closed")
  func disabled() {
    #expect(isRefused(decide(tied: Self.gone)))
    #expect(isRefused(decide(namesake: (Self.gone, false))))
  }
}
