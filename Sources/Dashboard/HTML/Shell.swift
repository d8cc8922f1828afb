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
  /// What roles and the automation are called.
  public var labels: RoleLabels
  public var now: Instant
  /// What the last action came to, said once at the top.
  public var notice: Notice?
  /// Names of the assets with their digest: what `/assets/…` a page links.
  public var assets: Assets

  /// A sentence about what somebody has just done, or wanted to do.
  public struct Notice: Hashable, Sendable {
    /// How it is said.
    public enum Kind: String, Hashable, Sendable {
      /// It is so now: "The task is closed."
      case done
      /// Nothing was done, for this reason.
      case problem
    }

    public var text: String
    public var kind: Kind
    public init(_ text: String, kind: Kind = .done) {
      self.text = text
      self.kind = kind
    }
  }

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
    company: String, user: User?, room: Room?, title: String, csrf: String, timeZone: String, labels: RoleLabels = RoleLabels(),
    now: Instant, notice: Notice? = nil, assets: Assets
  ) {
    self.company = company
    self.user = user
    self.room = room
    self.title = title
    self.csrf = csrf
    self.timeZone = timeZone
    self.labels = labels
    self.now = now
    self.notice = notice
    self.assets = assets
  }
}
