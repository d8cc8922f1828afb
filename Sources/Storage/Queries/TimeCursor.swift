import Domain

/// Where a page of a list by time ended: an instant and, of those at that instant, an id.
struct TimeCursor {
  var at: Int64
  var id: String

  /// Before the newest of all.
  static let newest = TimeCursor(at: .max, id: "")

  private init(at: Int64, id: String) {
    self.at = at
    self.id = id
  }

  init(_ instant: Instant, _ id: String) { self.init(at: instant.microseconds, id: id) }

  /// - Throws: `AlertQueries.InvalidCursor` where no list gave it out.
  init(_ text: String) throws {
    guard let colon = text.firstIndex(of: ":"), let at = Int64(text[..<colon]) else { throw AlertQueries.InvalidCursor() }
    self.init(at: at, id: String(text[text.index(after: colon)...]))
  }

  var text: String { "\(at):\(id)" }
}
