import Dashboard
import Domain

/// What the tests of components and charts share.
enum LookSamples {
  /// What an event or an import may bring as a name.
  static let hostile = "\"><script>alert('x')</script>&<img src=x onerror=alert(1)>"

  /// Thursday, 26 November 2026, 13:05 in Berlin.
  static let now = Instant(iso8601: "2026-11-26T12:05:00Z") ?? .epoch

  static func shell(
    role: Role? = .successManager, room: Shell.Room? = .today, name: String = "Ann", title: String = "Today", company: String = "Acme",
    timeZone: String = "Europe/Berlin", notice: Shell.Notice? = nil, csrf: String = "token"
  ) -> Shell {
    Shell(
      company: company,
      user: role.map { User(id: "u1", email: "ann@example.com", name: name, role: $0, createdAt: .epoch) },
      room: room, title: title, csrf: csrf, timeZone: timeZone, now: now, notice: notice,
      assets: .init(style: "/assets/style-1.css", script: "/assets/script-1.js"))
  }

  static func instant(_ text: String) -> Instant { Instant(iso8601: text) ?? .distantPast }

  static func day(_ text: String) -> Day { instant(text).day }
}
