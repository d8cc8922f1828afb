import Domain
import HTTPTypes
import Testing

@testable import Server

/// Who may come in where. Every route of the pages has a row here.
@Suite("Roles and routes")
struct RoutesTests {
  private enum Row: Hashable {
    /// Whoever comes, signed in or not.
    case everyone
    /// Those of these roles, who are signed in.
    case roles(Set<Role>)
  }

  private static let all = Row.roles(Set(Role.allCases))
  private static let operations = Row.roles([.operations])
  private static let workers = Row.roles([.successManager, .lead, .operations, .executive])

  private static let table: [String: Row] = [
    "GET /sign-in": .everyone,
    "POST /sign-in": .everyone,
    "POST /sign-out": all,
    "GET /link/{token}": .everyone,
    "POST /link/{token}": .everyone,
    "GET /account": all,
    "POST /account/password": all,
    "POST /account/sessions/end": all,
    "POST /account/sessions/{id}/end": all,
    "GET /people": operations,
    "POST /people": operations,
    "POST /people/{id}/role": operations,
    "POST /people/{id}/disable": operations,
    "POST /people/{id}/enable": operations,
    "POST /people/{id}/link": operations,
    "POST /people/{id}/sign-out": operations,
    "GET /audit": operations,
    "GET /sign-in/openid": .everyone,
    "GET /sign-in/openid/back": .everyone,
    "GET /": all,
    "GET /health": all,
    "GET /customers": all,
    "GET /customers.csv": all,
    "GET /customers/{id}": all,
    "GET /customers/{id}/live": all,
    "POST /customers/{id}/notes": workers,
    "POST /customers/{id}/pulse": workers,
    "POST /views": workers,
    "POST /views/{id}/delete": workers,
    "GET /alerts": all,
    "POST /alerts/{id}/snooze": workers,
    "POST /alerts/{id}/unsnooze": workers,
    "POST /tasks": workers,
    "POST /tasks/{id}/close": workers,
    "POST /tasks/{id}/edit": workers,
    "GET /outbox": operations,
    "POST /outbox/retry": operations,
    "POST /outbox/cancel": operations,
    "GET /system": operations,
  ]

  private static func routes(_ server: TestServer) -> [PageRoute] { PageRoutes.all(PageHouse(server.dependencies, assets: [])) }

  private static func name(_ route: PageRoute) -> String { "\(route.method.rawValue) \(route.path)" }

  private static func path(_ route: PageRoute) -> String {
    route.path.split(separator: "/", omittingEmptySubsequences: false).map { $0.hasPrefix("{") ? "x" : $0 }.joined(separator: "/")
  }

  private static func send(_ route: PageRoute, _ browser: Browser, csrf: String?) async throws -> TestServer.Answer {
    route.method == .get ? try await browser.get(path(route)) : try await browser.post(path(route), csrf: csrf)
  }

  @Test("Every route has a row, and every row a route")
  func complete() async throws {
    try await TestServer.run { server in
      let names = Self.routes(server).map(Self.name)
      #expect(Set(names).count == names.count, "no route is there twice")
      #expect(Set(names) == Set(Self.table.keys))
    }
  }

  @Test("A signed-in user gets as far as the table says, and no further", arguments: Role.allCases)
  func signedIn(role: Role) async throws {
    try await TestServer.run { server in
      let user = try await server.addUser(role)
      for route in Self.routes(server) {
        // Its own session each: some routes end it.
        let browser = try await server.browser(of: user)
        let answer = try await Self.send(route, browser, csrf: browser.csrf())
        let isLet =
          switch Self.table[Self.name(route)] {
          case .everyone?: true
          case .roles(let roles)?: roles.contains(role)
          case nil: false
          }
        #expect((answer.status != 403 && answer.status != 401) == isLet, "\(Self.name(route)): \(answer.status)")
        #expect(answer.status < 500, "\(Self.name(route)): \(answer.text)")
        #expect(answer.headers[.location]?.hasPrefix("/sign-in?next") != true, "\(Self.name(route))")
      }
    }
  }

  @Test("Who is not signed in is led to the sign-in by a page, and told 401 by a form, wherever not everyone may come")
  func signedOut() async throws {
    try await TestServer.run { server in
      for route in Self.routes(server) {
        let answer = try await Self.send(route, Browser(server), csrf: nil)
        let name = Self.name(route)
        guard Self.table[name] != .everyone else {
          #expect(answer.status != 401 && answer.status != 303, "\(name)")
          continue
        }
        if route.method == .get {
          let back = route.path == PageRoutes.home ? "" : "?next=" + Self.path(route)
          #expect(answer.status == 303 && answer.headers[.location] == "/sign-in" + back, "\(name)")
        } else {
          #expect(answer.status == 401 && answer.text.contains("signed out"), "\(name)")
          #expect(answer.headers[.wwwAuthenticate] != nil)
        }
      }
    }
  }

  @Test("A script or a stream that is signed out is told 401 instead of being led to a page")
  func scripts() async throws {
    try await TestServer.run { server in
      let browser = Browser(server)
      for headers: HTTPFields in [[.accept: "text/event-stream"], [.accept: "text/csv"], [.accept: "*/*", .secFetchDest: "empty"]] {
        let answer = try await browser.get("/audit", headers: headers)
        #expect(answer.status == 401, "\(headers)")
      }
      for headers: HTTPFields in [[.accept: "*/*"], [.accept: "text/html,*/*;q=0.8", .secFetchDest: "document"]] {
        let answer = try await browser.get("/audit", headers: headers)
        #expect(answer.status == 303, "\(headers)")
      }
    }
  }

  @Test("A wrong method is a page too, and names the right ones")
  func methods() async throws {
    try await TestServer.run { server in
      let answer = try await server.send(.delete, "/people")
      #expect(answer.status == 405)
      #expect(Set(answer.headers[.allow]?.split(separator: ", ").map(String.init) ?? []) == ["GET", "POST"])
      #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
    }
  }
}
