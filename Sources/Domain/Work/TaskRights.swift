/// Who may do what with tasks, notes, snoozes, views and deliveries: decided in one place.
public enum TaskRights {
  /// What somebody is about to do.
  public enum Deed: Hashable, Sendable {
    /// Make a task that is to be this person's; `nil`: nobody's.
    case make(owner: String?)
    /// Change a task, which then is this person's.
    case edit(CustomerTask, owner: String?)
    case close(CustomerTask)
    /// Write a note, say how one sees the customer, snooze an alert.
    case remark
    /// Save or delete a view of this person's.
    case keepView(owner: String)
    /// Send a delivery again, or take it back.
    case handleDelivery
  }

  /// - Parameters:
  ///   - actor: who does it. A key and the command line may do all of it; so may Holdfast itself.
  ///   - user: the person, where the actor is one; without her a person may do nothing.
  /// - Returns: why not; `nil`: it may be done.
  public static func refusal(of deed: Deed, by actor: AuditEntry.Actor, user: User?) -> WorkMistake? {
    guard case .user(let email) = actor else { return nil }
    guard let user, user.email == email else { return .mayOnlyLook }
    if case .handleDelivery = deed { return user.may(.operate) ? nil : .notForThisRole }
    guard user.may(.work) else { return .mayOnlyLook }
    let concerned: [String?] =
      switch deed {
      case .make(let owner): [owner]
      case .edit(let task, let owner): [task.owner, owner]
      case .close(let task): [task.owner]
      case .remark, .handleDelivery: []
      case .keepView(let owner): owner == email ? [] : [owner]
      }
    guard let other = concerned.compactMap(\.self).first(where: { $0 != email }) else { return nil }
    if case .keepView = deed { return .othersView }
    return user.may(.leadWork) ? nil : .othersTask(owner: other)
  }

  /// - Throws: the refusal, where there is one.
  public static func check(_ deed: Deed, by actor: AuditEntry.Actor, user: User?) throws(WorkMistake) {
    if let refusal = refusal(of: deed, by: actor, user: user) { throw refusal }
  }
}
