import Dashboard
import Domain
import Formats
import HTTPTypes
import Hummingbird

/// What every request of a page goes through, in this order: is it from our own pages, who is it, may they, is the form theirs. There is no
/// second place where any of that is decided.
struct PageGate: Sendable {
  let house: PageHouse

  /// Never throws: what goes wrong is a page too.
  func answer(_ route: PageRoute, _ request: Request, _ context: RequestInfo) async -> Response {
    var live: LiveSession?
    do {
      live = try await session(request)
      if isChange(request) { try checkOrigin(request, isOpen: route.permission == nil) }
      if let permission = route.permission {
        guard let user = live?.user else { return finished(signedOut(request, context), nil, request) }
        guard user.may(permission) else { throw Self.notPermitted }
      }
      let form = try await form(of: route, live, request, context)
      let notice = live.flatMap { Notice(house.blueprint).read(request.headers, token: $0.token) }
      let page = PageRequest(
        house: house, live: live, request: request, context: context, form: form, query: Query(request), now: house.now(), notice: notice)
      return finished(try await route.handler(page), live, request)
    } catch {
      return finished(message(for: error, live, request, context), live, request)
    }
  }

  /// A refusal outside of any route: a wrong method.
  func refuse(_ problem: Problem, _ request: Request, _ context: RequestInfo) -> Response {
    finished(message(problem, nil, request, context), nil, request)
  }

  /// What a browser shows at an address where there is nothing; `nil`: who asks is no browser, or asks the API.
  func missing(_ request: Request, _ context: RequestInfo) async -> Response? {
    let isProgram = ["/api/", "/v1/"].contains(where: request.uri.path.hasPrefix)
    guard !isProgram, !isChange(request), request.headers[.accept]?.contains("text/html") == true else { return nil }
    // Whoever is signed in finds the way back in the page's head; a database that does not answer makes nothing worse here.
    let live = try? await session(request)
    let shell = shell(live, request, context)
    return finished(.html(MessagePage.notFound().html(shell), status: .notFound), live, request)
  }

  private func session(_ request: Request) async throws -> LiveSession? {
    guard let token = SessionCookie(house.blueprint).token(in: request.headers) else { return nil }
    return try await house.people.session(token: token)
  }

  private func isChange(_ request: Request) -> Bool { request.method != .get && request.method != .head }

  // MARK: Forms from elsewhere

  /// A form must come from one of our own pages. Where somebody is signed in the form proves that by its token as well. The forms of those
  /// who are not (sign-in, links) have only this: every browser that gets on with a page of ours says where a form comes from, in
  /// `Sec-Fetch-Site` or in `Origin`, and no script can change either; so one that says neither is refused there. A cookie to be sent back
  /// in a field would prove less: a neighbouring host name can set cookies.
  private func checkOrigin(_ request: Request, isOpen: Bool) throws {
    switch FormOrigin(request, publicURL: house.blueprint.publicURL) {
    case .own: return
    case .unknown where !isOpen: return
    case .unknown, .foreign: throw Self.foreignForm
    }
  }

  private func form(of route: PageRoute, _ live: LiveSession?, _ request: Request, _ context: RequestInfo) async throws -> Form {
    guard isChange(request) else { return .empty }
    let isStranger = live == nil
    let form = try await house.bodies.read(
      request, context.body, limit: isStranger ? Form.maximumStrangersBytes : Form.maximumBytes, from: isStranger ? .stranger : .known,
      grace: isStranger ? Form.strangersGrace : Pace.grace
    ) { bytes, _ in try Form(bytes, type: request.headers[.contentType]) }
    if route.permission != nil, let live {
      guard KeyText.equal(Array(form.text("csrf").utf8), Array(live.csrf.utf8)) else { throw Self.staleForm }
    }
    return form
  }

  private static let foreignForm = Problem(
    code: "foreign-form", status: .forbidden, title: "This form is from elsewhere",
    detail: "Another site sent it, or a browser that does not say where it comes from. Nothing was done. Open the page here and try again.")

  private static let staleForm = Problem(
    code: "stale-form", status: .forbidden, title: "This form is out of date",
    detail: "You signed in anew since it was opened. Nothing was done. Go back, load the page again, and send it once more.")

  private static let notPermitted = Problem(
    code: "not-permitted", status: .forbidden, title: "Not permitted",
    detail: "Your role does not include this. Somebody of success operations can change your role.")

  private static let notSignedIn = Problem(
    code: "signed-out", status: .unauthorized, title: "You are signed out", detail: "Sign in and try again. Nothing was done.")

  // MARK: Answers

  /// Whoever opens a page is led to the sign-in and back; a script, a stream or a form gets to know that it is signed out.
  private func signedOut(_ request: Request, _ context: RequestInfo) -> PageAnswer {
    guard opensPage(request) else {
      var answer = message(Self.notSignedIn, nil, request, context)
      answer.headers[.wwwAuthenticate] = "Session realm=\"holdfast\""
      return answer
    }
    let asked = LocalPath.checked(request.uri.string)
    let next = asked.flatMap { $0 == PageRoutes.home ? nil : "?next=" + LocalPath.escaped($0) } ?? ""
    return .redirect(to: PageRoutes.signIn + next)
  }

  private func opensPage(_ request: Request) -> Bool {
    guard !isChange(request) else { return false }
    if let destination = request.headers[.secFetchDest] { return destination == "document" }
    guard let accepted = request.headers[.accept] else { return true }
    return accepted.contains("text/html") || accepted.contains("*/*")
  }

  private func message(
    for error: any Error, _ live: LiveSession?, _ request: Request, _ context: RequestInfo
  ) -> PageAnswer {
    let told = (error as? PeopleRefusal).map(Problem.init(refusal:)) ?? Problem(error)
    ErrorAnswers.note(error, told, path: context.endpointPath, in: context.logger)
    return message(told ?? .unexpected(), live, request, context)
  }

  private func message(_ problem: Problem, _ live: LiveSession?, _ request: Request, _ context: RequestInfo) -> PageAnswer {
    let shell = shell(live, request, context)
    var answer = PageAnswer.html(page(of: problem, isSignedIn: live != nil, context).html(shell), status: problem.status)
    answer.headers = problem.headers
    return answer
  }

  /// What stands around a page that no route has made; it has its own title.
  private func shell(_ live: LiveSession?, _ request: Request, _ context: RequestInfo) -> Shell {
    PageRequest(
      house: house, live: live, request: request, context: context, form: .empty, query: Query(nil), now: house.now(), notice: nil
    ).shell(nil, title: "")
  }

  /// What is said the same way wherever it happens has a page of its own; all else says its own sentence.
  private func page(of problem: Problem, isSignedIn: Bool, _ context: RequestInfo) -> MessagePage {
    switch (problem.status, problem.code) {
    case (.gone, _): return .deadLink(problem.detail)
    case (.internalServerError, _): return .failed(requestID: context.requestID)
    case (.serviceUnavailable, "unavailable"): return .unavailable(requestID: context.requestID)
    default:
      let signIn = MessagePage.Way(path: PageRoutes.signIn, title: "Sign in")
      let today = MessagePage.Way(path: PageRoutes.home, title: "Today")
      return MessagePage(
        title: problem.title, sentence: problem.detail, ways: isSignedIn ? [today] : problem.status == .unauthorized ? [signIn] : [])
    }
  }

  private func finished(_ answer: PageAnswer, _ live: LiveSession?, _ request: Request) -> Response {
    var response = answer.response
    PageHeaders.add(to: &response.headers)
    let (cookies, notices) = (SessionCookie(house.blueprint), Notice(house.blueprint))
    var token = live?.token
    switch answer.session {
    case .none: break
    case .begin(let new):
      token = new
      response.headers.append(HTTPField(name: .setCookie, value: cookies.setting(new)))
    case .end:
      token = nil
      response.headers.append(HTTPField(name: .setCookie, value: cookies.removing))
    }
    if let notice = answer.notice, let token {
      response.headers.append(HTTPField(name: .setCookie, value: notices.setting(notice, token: token)))
    } else if case .html = answer.content, notices.isThere(request.headers) {
      response.headers.append(HTTPField(name: .setCookie, value: notices.removing))
    }
    return response
  }
}

extension Problem {
  init(refusal: PeopleRefusal) {
    let status: HTTPResponse.Status =
      switch refusal {
      case .wait: .tooManyRequests
      case .busy: .serviceUnavailable
      case .signedOut: .unauthorized
      case .badLink: .gone
      case .unknown: .notFound
      default: .unprocessableContent
      }
    self.init(code: refusal == .badLink ? "bad-link" : "refused", status: status, title: status.reasonPhrase, detail: refusal.sentence)
    if let seconds = refusal.retryAfter { headers[.retryAfter] = String(seconds) }
  }
}

extension LocalPath {
  /// For a value in a query.
  static func escaped(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).map { percentEncoded(String($0)) }.joined(separator: "/")
  }
}
