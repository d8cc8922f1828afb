import Domain
import Settings
import Testing

@Suite("The company's own sign-in in the settings")
struct SignInSettingsTests {
  private func load(_ issuer: String) -> LoadResult {
    let lines = """
      sign_in:
        openid:
          name: Work
          issuer: "\(issuer)"
          client_id: holdfast
          client_secret: ${OPENID_CLIENT_SECRET}
          domains: [Example.com]

      """
    var environment = Fixture.environment
    environment["OPENID_CLIENT_SECRET"] = "hunter2"
    return SettingsLoader.load(files: [("a.yaml", Fixture.base + lines)], environment: environment)
  }

  @Test("values are as written, domains in small letters, and the secret is never shown")
  func values() throws {
    let result = load("https://id.example.com")
    #expect(result.diagnostics.map(\.description) == [])
    let settings = try #require(result.blueprint?.openID)
    #expect(settings.name == "Work" && settings.clientID == "holdfast" && settings.role == .viewer && settings.domains == ["example.com"])
    #expect(settings.clientSecret?.reveal() == "hunter2" && !"\(result)".contains("hunter2"))
  }

  @Test(
    "the issuer is a name, kept letter for letter: with its slash, where it ends in one",
    arguments: [
      "https://acme.eu.auth0.com/", "https://id.example.com", "https://id.example.com/application/o/holdfast/", "http://localhost:9000/",
      "http://127.0.0.1:9000", "http://[::1]:9000",
    ])
  func issuer(text: String) {
    let result = load(text)
    #expect(result.diagnostics.map(\.description) == [])
    #expect(result.blueprint?.openID?.issuer == text)
  }

  @Test(
    "plain http is for this machine only, whatever a host begins with",
    arguments: [
      "http://id.example.com", "http://localhost.corp.example", "http://127.0.0.1.evil.example", "http://localhost@evil.example",
      "HTTP://id.example.com", "http://10.0.0.1",
    ])
  func plain(text: String) {
    #expect(load(text).diagnostics.contains { $0.message.contains("\"issuer\" must begin with https://") })
  }

  @Test("the server's own address is without the slash at its end all the same: paths are put after it")
  func publicURL() {
    let result = Fixture.load(Fixture.base + "public_url: https://success.example.com//\n")
    #expect(result.blueprint?.publicURL == "https://success.example.com")
  }
}
