import Dashboard
import Domain
import Formats
import HTTPTypes

/// A cookie of ours. Where people come by https it is sent on nothing else, and has a name that no other host name, and no page without
/// https, can set.
struct OwnCookie: Hashable, Sendable {
  var name: String
  private var isSecure: Bool

  init(_ name: String, _ blueprint: Blueprint) {
    isSecure = blueprint.publicURL.lowercased().hasPrefix("https://")
    self.name = (isSecure ? "__Host-" : "") + name
  }

  func value(in headers: HTTPFields) -> String? {
    for field in headers[values: .cookie] {
      for pair in field.split(separator: ";") {
        let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[0] == name { return String(parts[1]) }
      }
    }
    return nil
  }

  /// - Parameter age: seconds until the browser forgets it.
  func setting(_ value: String, age: Int) -> String {
    "\(name)=\(value); Path=/; Max-Age=\(age); HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
  }

  var removing: String { setting("", age: 0) }
}

/// The cookie with the secret of a session.
struct SessionCookie: Sendable {
  private let cookie: OwnCookie

  init(_ blueprint: Blueprint) { cookie = OwnCookie("holdfast_session", blueprint) }

  func token(in headers: HTTPFields) -> String? { cookie.value(in: headers).flatMap { $0.isEmpty ? nil : $0 } }

  func setting(_ token: String) -> String { cookie.setting(token, age: Int(SignInSession.longest.seconds)) }
  var removing: String { cookie.removing }
}

/// A sentence about what was just done, for the next page of the same session. It is signed: nobody else can make our pages say anything.
struct Notice: Sendable {
  private let cookie: OwnCookie
  /// More than that is cut.
  private static let longest = 300

  init(_ blueprint: Blueprint) { cookie = OwnCookie("holdfast_notice", blueprint) }

  func isThere(_ headers: HTTPFields) -> Bool { cookie.value(in: headers) != nil }

  /// - Parameter token: the session's secret.
  func read(_ headers: HTTPFields, token: String) -> Shell.Notice? {
    guard let parts = cookie.value(in: headers)?.split(separator: "."), parts.count == 2,
      KeyText.equal(Array(parts[1].utf8), Array(Self.code(parts[0], token).utf8)), let bytes = Base64.decode(parts[0].utf8)
    else { return nil }
    let words = String(validating: bytes, as: UTF8.self)?.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard let words, words.count == 2, let kind = Shell.Notice.Kind(rawValue: String(words[0])) else { return nil }
    return Shell.Notice(String(words[1]), kind: kind)
  }

  func setting(_ notice: Shell.Notice, token: String) -> String {
    let text = Base64.urlText("\(notice.kind.rawValue) \(notice.text.prefix(Self.longest))".utf8)
    return cookie.setting("\(text).\(Self.code(text[...], token))", age: 60)
  }

  var removing: String { cookie.removing }

  private static func code(_ text: Substring, _ token: String) -> String { TokenText.code(for: "notice \(text)", secret: token) }
}
