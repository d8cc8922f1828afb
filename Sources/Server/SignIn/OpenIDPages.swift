import Dashboard
import Domain
import Formats
import HTTPTypes
import Hummingbird

/// Sign-in by a provider of OpenID Connect: away to it, and back with a code.
struct OpenIDPages: Sendable {
  let house: PageHouse

  static let path = "/sign-in/openid"

  var routes: [PageRoute] {
    [PageRoute(.get, Self.path, nil, leave), PageRoute(.get, Self.path + "/back", nil, comeBack)]
  }

  /// What the browser keeps meanwhile. Nobody but the browser that left can come back: another one has no such cookie.
  private struct Kept {
    var attempt: OpenIDAttempt
    var next: String

    var text: String {
      Base64.urlText(
        JSON.array([.string(attempt.state), .string(attempt.nonce), .string(attempt.verifier), .string(next)]).printedBytes())
    }

    init(attempt: OpenIDAttempt, next: String) {
      self.attempt = attempt
      self.next = next
    }

    init?(_ text: String, redirect: String) {
      guard text.utf8.count <= 4_000, let bytes = Base64.decode(text.utf8),
        let json = try? JSON.parse(String(decoding: bytes, as: UTF8.self)),
        let parts = json.array?.compactMap(\.string), parts.count == 4
      else { return nil }
      attempt = OpenIDAttempt(state: parts[0], nonce: parts[1], verifier: parts[2], redirect: redirect)
      next = parts[3]
    }
  }

  private static let minutes = 10

  private var cookie: OwnCookie { OwnCookie("holdfast_openid", house.blueprint) }
  private var redirect: String { house.address(of: Self.path + "/back") }

  /// What is configured, with its provider. - Throws: `Problem` 404 where nothing is.
  private func provider() throws -> (settings: OpenIDSettings, provider: any IdentityProvider) {
    guard let settings = house.blueprint.openID, let provider = house.dependencies.identityProvider(settings) else {
      throw Problem.notFound("There is no other sign-in here.")
    }
    return (settings, provider)
  }

  @Sendable private func leave(_ request: PageRequest) async throws -> PageAnswer {
    let (settings, provider) = try provider()
    let random = house.dependencies.randomBytes
    let attempt = OpenIDAttempt(
      state: Base64.urlText(random(32)), nonce: Base64.urlText(random(32)), verifier: Base64.urlText(random(48)),
      redirect: redirect)
    do {
      let address = try await provider.address(for: attempt, now: request.now)
      var answer = PageAnswer.leaving(to: address)
      let kept = Kept(attempt: attempt, next: request.next("next", or: PageRoutes.home))
      answer.headers.append(HTTPField(name: .setCookie, value: cookie.setting(kept.text, age: Self.minutes * 60)))
      return answer
    } catch let failure as OpenIDFailure {
      return refuse(failure, settings, request)
    }
  }

  @Sendable private func comeBack(_ request: PageRequest) async throws -> PageAnswer {
    let (settings, provider) = try provider()
    var answer = try await arrive(request, settings, provider)
    answer.headers.append(HTTPField(name: .setCookie, value: cookie.removing))
    return answer
  }

  private func arrive(
    _ request: PageRequest, _ settings: OpenIDSettings, _ provider: any IdentityProvider
  ) async throws -> PageAnswer {
    do {
      guard let kept = cookie.value(in: request.request.headers).flatMap({ Kept($0, redirect: redirect) }),
        KeyText.equal(Array((request.query["state"] ?? "").utf8), Array(kept.attempt.state.utf8))
      else { throw OpenIDFailure("The sign-in took too long, or began in another browser: begin again.") }
      guard let code = request.query["code"], !code.isEmpty, code.utf8.count <= 4_000 else {
        throw OpenIDFailure("\(settings.name) did not let you in.")
      }
      let identity = try await provider.identity(code: code, kept.attempt, now: request.now)
      let token = try await house.people.signIn(identity, settings, request.visitor)
      return .redirect(to: LocalPath.checked(kept.next) ?? PageRoutes.home).with(.begin(token: token))
    } catch let failure as OpenIDFailure {
      return refuse(failure, settings, request)
    }
  }

  /// The sign-in page again, with the reason; it stands in the log too, because who wants in can seldom mend it.
  private func refuse(_ failure: OpenIDFailure, _ settings: OpenIDSettings, _ request: PageRequest) -> PageAnswer {
    request.context.logger.warning("sign-in by \(settings.name) failed", metadata: ["reason": "\(failure.description)"])
    let words = failure.description
    let sentence = words.prefix(1).uppercased() + words.dropFirst() + (words.hasSuffix(".") ? "" : ".")
    return SignInPages(house: house).page(request, error: sentence, status: failure.mayPass ? .badGateway : .forbidden)
  }
}
