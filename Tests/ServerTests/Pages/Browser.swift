import Domain
import HTTPTypes
import Synchronization
import Testing

@testable import Server

/// A browser on a test server: keeps cookies, says where forms come from, finds the token of a form.
final class Browser: Sendable {
  let server: TestServer
  private let jar = Mutex<[String: String]>([:])

  init(_ server: TestServer) { self.server = server }

  /// Where this server's own pages are.
  static let origin = "http://localhost"
  static let sessionName = "holdfast_session"

  /// The secret of the session, under whichever name it stands.
  var session: String? { jar.withLock { $0[Self.sessionName] ?? $0["__Host-" + Self.sessionName] } }

  func setCookie(_ name: String, _ value: String?) { jar.withLock { $0[name] = value } }

  func get(_ path: String, headers: HTTPFields = [:]) async throws -> TestServer.Answer { try await send(.get, path, nil, headers) }

  func head(_ path: String) async throws -> TestServer.Answer { try await send(.head, path, nil, [:]) }

  /// Sends a form as a page of this server would.
  /// - Parameters:
  ///   - csrf: the form's token; `nil`: none.
  ///   - origin: where the browser says that it comes from; `nil`: it says nothing.
  func post(
    _ path: String, _ fields: KeyValuePairs<String, String> = [:], csrf: String? = nil, origin: String? = Browser.origin,
    headers: HTTPFields = [:]
  ) async throws -> TestServer.Answer {
    var headers = headers
    headers[.contentType] = "application/x-www-form-urlencoded"
    headers[.origin] = origin
    let all = fields.map { ($0.key, $0.value) } + (csrf.map { [("csrf", $0)] } ?? [])
    let body = all.map { LocalPath.escaped($0.0) + "=" + LocalPath.escaped($0.1) }.joined(separator: "&")
    return try await send(.post, path, body, headers)
  }

  /// A form of somebody who is signed in, with the token that its page holds.
  func submit(_ path: String, _ fields: KeyValuePairs<String, String> = [:]) async throws -> TestServer.Answer {
    try await post(path, fields, csrf: csrf())
  }

  /// The token in the forms of this session.
  func csrf() async throws -> String {
    let page = try await get("/account")
    let start = try #require(page.text.firstRange(of: "name=\"csrf\" value=\""), "\(page.status)")
    return String(page.text[start.upperBound...].prefix { $0 != "\"" })
  }

  private func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String?, _ headers: HTTPFields
  ) async throws -> TestServer.Answer {
    var headers = headers
    let cookies = jar.withLock { jar in jar.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ") }
    if !cookies.isEmpty { headers[.cookie] = cookies }
    let answer = try await server.send(method, path, body: body, headers: headers)
    for cookie in answer.headers[values: .setCookie] {
      let parts = cookie.split(separator: ";")[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let isGone = cookie.contains("Max-Age=0")
      setCookie(String(parts[0]), isGone ? nil : String(parts[1]))
    }
    return answer
  }
}

extension TestServer {
  static let password = "purple tin roof"

  /// A user of that role, without a password.
  func addUser(_ role: Role, _ email: String = "ann@example.com", name: String = "Ann Lee") async throws -> User {
    try await people.add(email: email, name: name, role: role, by: .commandLine).user
  }

  /// A user of that role with `password`.
  func addUserWithPassword(_ role: Role, _ email: String = "ann@example.com", name: String = "Ann Lee") async throws -> User {
    let invitation = try await people.add(email: email, name: name, role: role, by: .commandLine)
    let visitor = People.Visitor(address: "192.0.2.1", agent: "Setup", token: nil)
    let token = try await people.choosePassword(Self.password, link: invitation.token, visitor)
    if let live = try await people.session(token: token) { try await people.end(live) }
    return try await people.user(email: email)
  }

  /// A browser in which a user is signed in.
  func browser(of user: User) async throws -> Browser {
    let browser = Browser(self)
    let link = try await people.makeLink(.signIn, for: user, by: .commandLine)
    let answer = try await browser.post("/link/\(link.token)")
    #expect(answer.status == 303 && browser.session != nil, "\(answer.text)")
    return browser
  }

  /// What is in the audit log, the newest first.
  func audited() async throws -> [AuditEntry] { try await people.audit(actor: nil, action: nil, limit: 1_000, cursor: nil).items }

  func audited(_ action: PeopleAction) async throws -> [AuditEntry] { try await audited().filter { $0.action == action.rawValue } }
}
