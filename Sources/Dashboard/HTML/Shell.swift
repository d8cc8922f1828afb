import Domain

/// What stands around every page: who looks, where she is, and what her forms need.
public struct Shell: Hashable, Sendable {
  /// The rooms of the navigation, in order.
  public enum Room: String, Hashable, Sendable, CaseIterable { case today, health, customers, alerts, outbox, system, people, audit }

  /// The company's name.
  public var company: String
  /// Who is signed in; `nil`: nobody (sign-in, an error).
  public var user: User?
  public var room: Room?
  /// The document's title, without the company's name.
  public var title: String
  /// Goes with every form, as the field `csrf`.
  public var csrf: String
  /// The zone in which times are written for this reader; an IANA name.
  public var timeZone: String
  public var now: Instant
  /// What the last action did, said once at the top ("The task is closed.").
  public var notice: String?
  /// Names of the assets with their digest: what `/assets/…` a page links.
  public var assets: Assets

  /// The addresses of the style sheet and the script; they change with their content.
  public struct Assets: Hashable, Sendable {
    public var style: String
    public var script: String
    public init(style: String, script: String) {
      self.style = style
      self.script = script
    }
  }

  public init(
    company: String, user: User?, room: Room?, title: String, csrf: String, timeZone: String, now: Instant, notice: String? = nil,
    assets: Assets
  ) {
    self.company = company
    self.user = user
    self.room = room
    self.title = title
    self.csrf = csrf
    self.timeZone = timeZone
    self.now = now
    self.notice = notice
    self.assets = assets
  }
}
