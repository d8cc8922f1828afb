import Dashboard
import Domain
import Formats
import HTTPTypes
import Hummingbird

/// A request that a page answers, after everything that is the same for all of them: who asks, and that the form is from here.
struct PageRequest: Sendable {
  let house: PageHouse
  /// `nil`: nobody is signed in; only at addresses that are open to everyone.
  let live: LiveSession?
  let request: Request
  let context: RequestInfo
  /// The fields of the form; none where nothing is changed.
  let form: Form
  let query: Query
  let now: Instant
  /// What the last action came to, to be said once.
  let notice: Shell.Notice?

  var user: User? { live?.user }
  var csrf: String { live?.csrf ?? "" }

  /// Who acts, for the audit log.
  var actor: AuditEntry.Actor { user.map { .user(email: $0.email) } ?? .automation }

  /// A part of the path, decoded. - Throws: `Problem` 404 where it is empty.
  func part(_ name: String) throws -> String { try context.part(name) }

  /// Where the form, or else the address, wants to lead next, if that is on this server.
  func next(_ name: String = "back", or usual: String) -> String {
    LocalPath.checked(form[name] ?? query[name]) ?? usual
  }

  var visitor: People.Visitor {
    People.Visitor(
      address: ClientAddress.counted(of: context.channel), agent: request.headers[.userAgent] ?? "",
      token: SessionCookie(house.blueprint).token(in: request.headers))
  }

  /// What stands around the page.
  func shell(_ room: Shell.Room?, title: String) -> Shell {
    let blueprint = house.blueprint
    return Shell(
      company: blueprint.company, user: user, room: room, title: title, csrf: csrf, timeZone: blueprint.timeZone,
      labels: blueprint.labels, now: now, notice: notice,
      assets: house.assets.links)
  }
}

/// The fields of a form as a browser sends it (`application/x-www-form-urlencoded`).
struct Form: Sendable {
  static let maximumBytes = 64 << 10
  /// Of somebody who is not signed in: two passwords of the longest kind, each character twelve bytes when escaped, and a way to go on.
  /// More would let a few connections take all the room that strangers have, and nobody could sign in.
  static let maximumStrangersBytes = 8 << 10
  /// A browser sends such a form in one go.
  static let strangersGrace = TimeSpan.seconds(10)
  static let maximumFields = 200

  private let fields: Query

  static let empty = Form(fields: Query(nil))

  private init(fields: Query) { self.fields = fields }

  /// - Throws: `Problem` 415 where it is no such form, 400 where it has too many fields or is no text.
  init(_ bytes: [UInt8], type: String?) throws {
    guard bytes.isEmpty || Self.isForm(type) else {
      throw Problem(
        code: "not-a-form", status: .unsupportedMediaType, title: "Not a form",
        detail: "This address takes a form as browsers send it: application/x-www-form-urlencoded.")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem.invalidBody("The form is not in UTF-8.") }
    guard bytes.count(where: { $0 == UInt8(ascii: "&") }) < Self.maximumFields else {
      throw Problem.invalidBody("A form has at most \(Self.maximumFields) fields.")
    }
    fields = Query(text)
  }

  /// The first field of that name.
  subscript(name: String) -> String? { fields[name] }

  /// The first field of that name, or nothing.
  func text(_ name: String) -> String { fields[name] ?? "" }

  /// Every value of that name.
  func all(_ name: String) -> [String] { fields.all(name) }

  /// All fields as they were sent.
  var pairs: [(name: String, value: String)] { fields.pairs }

  private static func isForm(_ type: String?) -> Bool {
    type?.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() == "application/x-www-form-urlencoded"
  }
}

/// Paths that a form or an address names to lead to next. Whoever made the link must not be able to lead anybody elsewhere.
enum LocalPath {
  /// The path with its query, if it is one of this server; else `nil`.
  static func checked(_ text: String?) -> String? {
    guard let text, text.utf8.count <= 2_000, text.hasPrefix("/") else { return nil }
    // Browsers take `//host` and `/\host` for another server, and pass over tabs and line ends.
    let second = text.utf8.dropFirst().first
    guard second != UInt8(ascii: "/"), second != UInt8(ascii: "\\") else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { return nil }
    return text
  }
}
