import Dashboard
import Domain
import HTTPTypes
import Hummingbird
import NIOCore

/// One address of the pages that people see. Who may come in stands here, and is enforced in one place for all: `PageGate`.
struct PageRoute: Sendable {
  typealias Handler = @Sendable (PageRequest) async throws -> PageAnswer

  var method: HTTPRequest.Method
  /// As the router takes it, with `{name}` for a part that varies.
  var path: String
  /// What somebody must be permitted; `nil`: open to everyone, signed in or not.
  var permission: Permission?
  var handler: Handler

  init(_ method: HTTPRequest.Method, _ path: String, _ permission: Permission?, _ handler: @escaping Handler) {
    self.method = method
    self.path = path
    self.permission = permission
    self.handler = handler
  }
}

/// All pages. An address that is not in here is no page.
enum PageRoutes {
  static func all(_ house: PageHouse) -> [PageRoute] {
    SignInPages(house: house).routes + OpenIDPages(house: house).routes + AccountPages(house: house).routes
      + PeoplePages(house: house).routes + AuditPages(house: house).routes + TodayRoom(house: house).routes
      + HealthRoom(house: house).routes + CustomersRoom(house: house).routes + CustomerRoom(house: house).routes
      + AlertRoom(house: house).routes + TaskRoom(house: house).routes + OutboxRoom(house: house).routes + SystemRoom(house: house).routes
  }

  /// What pages link: one look, one script.
  static let assets = [
    Asset(name: "style.css", type: "text/css; charset=utf-8", bytes: Array(Look.style.utf8)),
    Asset(name: "script.js", type: "text/javascript; charset=utf-8", bytes: Array(Look.script.utf8)),
  ]

  /// Where one arrives after signing in.
  static let home = "/"
  static let signIn = "/sign-in"

  /// A shield in the colours of the bands. Browsers ask for it at this address unasked.
  private static var icon: Response {
    let svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#06756e" d="M2 1h12v5H2z"/>\
      <path fill="#c87a00" d="M2 6h12v3H2z"/><path fill="#8a0a35" d="M2 9h12l-6 6z"/></svg>
      """
    return Response(
      status: .ok, headers: [.contentType: "image/svg+xml", .cacheControl: "public, max-age=86400", .xContentTypeOptions: "nosniff"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: svg)))
  }

  /// Registers all of them, with what every other method is told, and the assets.
  static func register(_ routes: [PageRoute], in router: Router<RequestInfo>, _ house: PageHouse) {
    let gate = PageGate(house: house)
    for (path, routes) in Dictionary(grouping: routes, by: \.path) {
      for route in routes {
        router.on(RouterPath(path), method: route.method) { request, context in await gate.answer(route, request, context) }
      }
      let allowed = routes.map(\.method)
      for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] where !allowed.contains(method) {
        router.on(RouterPath(path), method: method) { request, context in
          gate.refuse(Problem.methodNotAllowed(allowed: allowed), request, context)
        }
      }
    }
    router.get("/favicon.ico") { _, _ in icon }
    router.get("/assets/{name}") { _, context in try house.assets.answer(context.part("name")) }
  }
}

/// What pages are made from.
struct PageHouse: Sendable {
  let dependencies: ServerDependencies
  let bodies: BodyReader
  let assets: AssetShelf

  /// Room for the forms of all strangers at once.
  static let strangersInMemory = 2 << 20

  init(_ dependencies: ServerDependencies, assets: [Asset]) {
    self.dependencies = dependencies
    self.assets = AssetShelf(assets)
    bodies = BodyReader(time: dependencies.time, memory: BodyMemory(known: 4 << 20, strangers: Self.strangersInMemory))
  }

  var people: People { dependencies.people }
  var blueprint: Blueprint { dependencies.current.blueprint }
  func now() -> Instant { dependencies.time.now() }

  /// The address of a path for people elsewhere: in a mail, on a terminal.
  func address(of path: String) -> String { blueprint.publicURL + path }
}
