import CLibpq
import SQL

extension DatabaseFailure {
  /// What a failed statement says. Source of the codes: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
  init(result: OpaquePointer?, connection: OpaquePointer, sql: String, place: String, isForeign: Bool) {
    let field = { (code: Int32) in PQresultErrorField(result, code).map { String(cString: $0) } }
    let state = field(Int32(UInt8(ascii: "C"))) ?? ""
    let primary = field(Int32(UInt8(ascii: "M"))) ?? String(cString: PQerrorMessage(connection)).trimmed
    // DETAIL of a constraint quotes values; it is left out.
    let detail = "SQLSTATE \(state): \(primary) in: \(sql.prefix(2_000))"
    if isForeign {
      self.init(kind: Self.kind(state), message: "\(place) answers: \(primary) (SQLSTATE \(state))", detail: detail, sqlState: state)
      return
    }
    self.init(kind: Self.kind(state), message: Self.message(state, primary: primary, place: place), detail: detail, sqlState: state)
  }

  private static func kind(_ state: String) -> Kind {
    switch state {
    case "53100", "58030": .full
    case "55P03", "57014", "53200", "53300": .busy
    case "40001", "40P01": .conflict
    case "42501", "28000", "28P01", "25006": .refused
    case "57P01", "57P02", "57P03", "57P05", "25P03", "08000", "08003", "08006": .lost
    case "42P01", "3F000", "3D000", "58P01", "XX001", "XX002": .unusable
    case _ where state.hasPrefix("23"): .constraint
    default: .other
    }
  }

  private static func message(_ state: String, primary: String, place: String) -> String {
    let text =
      switch state {
      case "53100": "no space is left on the server of \(place): free some, Holdfast goes on by itself"
      case "58030": "the server of \(place) cannot write its files: look at its disk and its log"
      case "55P03", "57014": "\(place) took too long: is it overloaded, or is something locked?"
      case "53200": "the server of \(place) is out of memory"
      case "53300": "\(place) has no connections left: raise max_connections, or lower pool in the database address"
      case "40001", "40P01": "\(place) undid a transaction to settle a conflict; it is tried again"
      case "42501": "\(place): the user may not do this (\(primary)): grant it what docs/postgres.md lists"
      case "25006": "\(place) is a read-only replica: name the primary server"
      case "57P01", "57P02", "57P03": "the server of \(place) is being stopped or started"
      case "57P05", "25P03": "the server of \(place) has ended a connection that was idle for too long"
      case "42P01", "3F000": "\(place) lacks a table of Holdfast: was something dropped? Restore a backup"
      case "XX001", "XX002": "\(place) is damaged; restore a backup"
      case _ where state.hasPrefix("23"): "\(place) refused a row: this is a bug of Holdfast"
      default: "\(place) failed"
      }
    return "\(text) (SQLSTATE \(state))"
  }

  /// There is no connection to be had. The server's words hold no secrets: it tells neither passwords nor addresses' parameters.
  init(connecting connection: OpaquePointer?, to place: String) {
    let said = connection.map { String(cString: PQerrorMessage($0)).trimmed } ?? "out of memory"
    let remedy: (DatabaseFailure.Kind, String) =
      switch true {
      case _ where said.contains("password authentication failed"), _ where said.contains("no password supplied"):
        (.refused, "check the user and its password (PGPASSWORD, a PGPASSFILE, or in the address)")
      case _ where said.contains("pg_hba.conf"): (.refused, "the server's pg_hba.conf does not let this user in from here")
      case _ where said.contains("could not translate host name"): (.lost, "check the host's name")
      case _ where said.contains("FATAL:  role") || said.contains("FATAL: role"): (.refused, "make the user, see docs/postgres.md")
      case _ where said.contains("FATAL:  database"): (.unusable, "make the database, see docs/postgres.md")
      case _ where said.contains("too many clients") || said.contains("remaining connection slots"):
        (.lost, "raise max_connections, or lower pool in the database address")
      case _ where said.contains("starting up") || said.contains("shutting down") || said.contains("recovery mode"):
        (.lost, "it comes back by itself")
      case _ where said.contains("SSL") || said.contains("certificate"): (.refused, "check sslmode and the certificates")
      default: (.lost, "is the server running, and does it listen there?")
      }
    self.init(kind: remedy.0, message: "\(place) cannot be reached: \(said) — \(remedy.1)", detail: said)
  }

  static func gone(_ place: String, _ detail: String) -> DatabaseFailure {
    DatabaseFailure(kind: .lost, message: "the connection to \(place) was lost; it is being made again", detail: detail)
  }
}
