import Domain
import Testing

@Suite("Who may do what with tasks")
struct TaskRightsTests {
  private static let me = "me@example.com"
  private static let other = "other@example.com"

  private static func user(_ role: Role, disabled: Bool = false) -> User {
    User(id: "1", email: me, name: "Me", role: role, createdAt: .epoch, disabledAt: disabled ? .epoch : nil)
  }

  private static func task(_ owner: String?) -> CustomerTask {
    CustomerTask(id: "t", customer: "acme", title: "Call", owner: owner, dueAt: .epoch, createdAt: .epoch, createdBy: "Holdfast")
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var deed: TaskRights.Deed
    /// The roles that may.
    var roles: Set<Role>
    var testDescription: String { "\(deed)" }
    init(_ deed: TaskRights.Deed, _ roles: Set<Role>) {
      self.deed = deed
      self.roles = roles
    }
  }

  private static let workers: Set<Role> = [.successManager, .lead, .executive, .operations]
  private static let leads: Set<Role> = [.lead, .executive, .operations]

  static let rows = [
    Row(.make(owner: nil), workers), Row(.make(owner: me), workers), Row(.make(owner: other), leads),
    Row(.edit(task(nil), owner: nil), workers), Row(.edit(task(nil), owner: me), workers), Row(.edit(task(me), owner: me), workers),
    Row(.edit(task(me), owner: nil), workers), Row(.edit(task(me), owner: other), leads), Row(.edit(task(nil), owner: other), leads),
    Row(.edit(task(other), owner: other), leads), Row(.edit(task(other), owner: me), leads), Row(.close(task(nil)), workers),
    Row(.close(task(me)), workers), Row(.close(task(other)), leads), Row(.remark, workers), Row(.keepView(owner: me), workers),
    Row(.keepView(owner: other), []), Row(.handleDelivery, [.operations]),
  ]

  @Test("Each role may do exactly what its row says", arguments: rows)
  func roles(row: Row) {
    for role in Role.allCases {
      let refusal = TaskRights.refusal(of: row.deed, by: .user(email: Self.me), user: Self.user(role))
      #expect((refusal == nil) == row.roles.contains(role), "\(role): \(refusal.map { "\($0)" } ?? "may")")
      if let refusal { #expect(refusal.kind == .forbidden && refusal.field == nil) }
    }
  }

  @Test("Who is disabled, unknown or somebody else may do nothing; keys, the command line and Holdfast itself may do all", arguments: rows)
  func actors(row: Row) {
    let person = AuditEntry.Actor.user(email: Self.me)
    #expect(TaskRights.refusal(of: row.deed, by: person, user: Self.user(.operations, disabled: true)) != nil)
    #expect(TaskRights.refusal(of: row.deed, by: person, user: nil) == .mayOnlyLook)
    #expect(TaskRights.refusal(of: row.deed, by: .user(email: Self.other), user: Self.user(.operations)) == .mayOnlyLook)
    for actor in [AuditEntry.Actor.key(name: "ci"), .commandLine, .automation] {
      #expect(TaskRights.refusal(of: row.deed, by: actor, user: nil) == nil)
    }
  }

  @Test("Every mistake is one sentence, and none grows with what was asked")
  func sentences() {
    let long = String(repeating: "\u{301}x", count: 5_000)
    let mistakes: [WorkMistake] = [
      .noCustomer(long), .noTask(long), .noAlert(long), .noView(long), .noDelivery(long), .othersTask(owner: long), .taskClosed,
      .alertClosed,
      .notSnoozed, .tooManyViews(maximum: 50), .deliveryState(.sent), .mayOnlyLook, .othersView, .notForThisRole, .noOutcome,
    ]
    for mistake in mistakes {
      #expect(mistake.description.hasSuffix(".") && mistake.description.utf8.count < 1_500, "\(mistake)")
    }
    #expect(WorkMistake.noTask("a").kind == .notFound && WorkMistake.taskClosed.kind == .conflict)
  }
}
