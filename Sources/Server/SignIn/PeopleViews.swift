import Domain

/// What the sign-in page shows.
struct SignInView: Hashable, Sendable {
  /// As typed before.
  var email = ""
  /// Where it leads, a path of this server.
  var next: String
  /// Why the last attempt did not succeed.
  var refusal: String?
  /// Nobody could sign in: there is no user yet.
  var isFirstRun = false
  /// Somebody has just signed out.
  var hasLeft = false

  init(next: String) { self.next = next }
}

/// What the page behind a link shows: a form that chooses a password (`password`, `repeat`), or one button. It posts to its own address.
struct LinkView: Hashable, Sendable {
  var user: User
  var kind: SignInLink.Kind
  var refusal: String?
}

/// What the page of the own account shows.
struct AccountView: Hashable, Sendable {
  var user: User
  /// The one begun last first.
  var sessions: [SignInSession]
  /// The id of this one.
  var current: String
  var refusal: String?
}

/// What the page of all users shows.
struct PeopleView: Sendable {
  /// A link just made, shown this once.
  struct Invitation: Hashable, Sendable {
    var name: String
    var kind: SignInLink.Kind
    /// The whole address.
    var address: String
    var expiresAt: Instant
  }

  /// `next` is the value of `after` for the page after.
  var page: Page<User>
  /// Who is here, by id.
  var presence: [String: People.Presence]
  /// The id of who looks: its role and its state it does not change itself.
  var own: String
  var invitation: Invitation?
  var refusal: String?
  /// As typed before, where that was refused.
  var email = ""
  var name = ""

  init(page: Page<User>, presence: [String: People.Presence], own: String) {
    self.page = page
    self.presence = presence
    self.own = own
  }
}

/// What the page of the audit log shows.
struct AuditView: Sendable {
  /// Newest first.
  var page: Page<AuditEntry>
  /// The filters in force.
  var actor: String?
  var action: String?
  /// What there is to choose from.
  var actors: [String]
  var actions: [String]
}
