import CLibpq
import SQL

/// Where a PostgreSQL database is and how to get in: `postgres://user@host:port/name?sslmode=verify-full&pool=10`. Everything libpq knows
/// may stand in it; `pool`, the greatest number of connections, is ours. What is left out libpq takes from its environment (PGHOST,
/// PGPASSWORD, PGPASSFILE …).
public struct PostgresAddress: Sendable, CustomStringConvertible {
  /// As libpq takes it; may hold a password, and is never shown.
  let conninfo: String
  /// At most this many connections, 5–200.
  public let connections: Int
  /// User, host, port and database, without the password.
  public let description: String

  /// Whether a text is meant as such an address.
  public static func isOne(_ text: String) -> Bool { text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") }

  /// - Throws: `DatabaseFailure` of kind `unusable` that says what is wrong with the text.
  public init(_ text: String) throws {
    let (bare, pool) = try Self.takePool(from: text)
    connections = pool ?? 10
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(bare, &message) else {
      let said = message.map { String(cString: $0).trimmed } ?? ""
      PQfreemem(message)
      // libpq quotes the address, and with it the password.
      let reason = said.contains(bare) || said.contains("://") ? "" : ": \(said)"
      throw DatabaseFailure(
        kind: .unusable, message: "the database address is not of the form postgres://user@host:port/name\(reason)", detail: "conninfo")
    }
    defer { PQconninfoFree(options) }
    var known: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { known[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    conninfo = Self.noticing(bare, known: known)
    let user = known["user"].map { "\($0)@" } ?? ""
    let host = known["host"] ?? known["hostaddr"] ?? "localhost"
    description = "postgres://\(user)\(host)\(known["port"].map { ":\($0)" } ?? "")/\(known["dbname"] ?? known["user"] ?? "")"
  }

  /// What makes a server that has vanished noticed within seconds instead of minutes, in seconds; the last in milliseconds.
  private static let noticing = [
    ("connect_timeout", "10"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
  ]

  /// Adds it where neither the address nor libpq's environment says otherwise. A service file is left to say what it says.
  private static func noticing(_ bare: String, known: [String: String]) -> String {
    guard known["service"] == nil else { return bare }
    var said = Set(known.keys)
    if let options = PQconndefaults() {
      defer { PQconninfoFree(options) }
      var option = options
      while let keyword = option.pointee.keyword {
        if option.pointee.val != nil { said.insert(String(cString: keyword)) }
        option += 1
      }
    }
    let added = noticing.filter { !said.contains($0.0) }.map { "\($0.0)=\($0.1)" }
    guard !added.isEmpty else { return bare }
    return bare + (bare.contains("?") ? "&" : "?") + added.joined(separator: "&")
  }

  /// Takes our own parameter out, which libpq would refuse.
  private static func takePool(from text: String) throws -> (String, Int?) {
    guard let mark = text.firstIndex(of: "?") else { return (text, nil) }
    var pool: Int?
    let kept = try text[text.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: true).filter { part in
      guard part.hasPrefix("pool=") else { return true }
      guard let number = Int(part.dropFirst(5)), (5...200).contains(number) else {
        throw DatabaseFailure(
          kind: .unusable, message: "pool in the database address is a number of connections from 5 to 200", detail: "pool")
      }
      pool = number
      return false
    }
    return (String(text[..<mark]) + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&")), pool)
  }
}

extension String {
  /// Without line ends and spaces around it, in one line.
  var trimmed: String {
    split(whereSeparator: \.isNewline).map { line in
      let front = line.drop { $0 == " " || $0 == "\t" }
      return String(front.reversed().drop { $0 == " " }.reversed())
    }.filter { !$0.isEmpty }.joined(separator: "; ")
  }
}
