/// Why something cannot be done with tasks, notes, snoozes, views or deliveries: what is wrong, in the user's words, with the remedy.
public enum WorkMistake: Error, Hashable, Sendable {
  /// What a person fills in, by the name that forms and the API have for it.
  public enum Field: String, Hashable, Sendable, CaseIterable {
    case title, note, owner, reason, text, name, condition, sort, columns, outcome
    case dueAt = "due_at"
    case until

    /// For people: "due time".
    var words: String {
      switch self {
      case .dueAt: "due time"
      case .until: "end of the snooze"
      default: rawValue
      }
    }
  }

  /// How a mistake is answered, beside its sentence.
  public enum Kind: Hashable, Sendable {
    /// Something that was filled in is not right.
    case invalid
    /// There is no such thing.
    case notFound
    /// Right in itself, but not as things are.
    case conflict
    /// This person may not do it.
    case forbidden
  }

  case empty(Field)
  /// Longer than so many characters.
  case long(Field, maximum: Int)
  case noAddress
  case dueTooFar
  case snoozeOver
  case snoozeTooLong
  case noOutcome
  /// Columns of a view: so many at most, of so many characters.
  case columns(maximum: Int, characters: Int)

  case noCustomer(String)
  case noTask(String)
  case noAlert(String)
  case noView(String)
  case noDelivery(String)

  case taskClosed
  case alertClosed
  case notSnoozed
  case tooManyViews(maximum: Int)
  case deliveryState(Delivery.State)

  /// The role lets this person only look.
  case mayOnlyLook
  /// The task is somebody else's, or is to become somebody else's.
  case othersTask(owner: String)
  case othersView
  /// The outbox is for operations.
  case notForThisRole

  public var kind: Kind {
    switch self {
    case .empty, .long, .noAddress, .dueTooFar, .snoozeOver, .snoozeTooLong, .noOutcome, .columns: .invalid
    case .noCustomer, .noTask, .noAlert, .noView, .noDelivery: .notFound
    case .taskClosed, .alertClosed, .notSnoozed, .tooManyViews, .deliveryState: .conflict
    case .mayOnlyLook, .othersTask, .othersView, .notForThisRole: .forbidden
    }
  }

  /// What was filled in wrongly; `nil` where it is not about that.
  public var field: Field? {
    switch self {
    case .empty(let field), .long(let field, _): field
    case .noAddress: .owner
    case .dueTooFar: .dueAt
    case .snoozeOver, .snoozeTooLong: .until
    case .noOutcome: .outcome
    case .columns: .columns
    default: nil
    }
  }
}

extension WorkMistake: CustomStringConvertible {
  /// One sentence for the person who did it.
  public var description: String {
    switch self {
    case .empty(let field): "The \(field.words) is empty: write something."
    case .long(let field, let maximum): "The \(field.words) is too long: it has at most \(maximum) characters."
    case .noAddress: "The owner is an email address, or nobody."
    case .dueTooFar: "The due time is more than two years ahead: choose an earlier one."
    case .snoozeOver: "The end of the snooze is over already: choose a time to come."
    case .snoozeTooLong: "A snooze ends within a year: choose an earlier time."
    case .noOutcome: "Say how the task ended: \(CustomerTask.Outcome.allCases.map(\.title).joined(separator: ", "))."
    case .columns(let maximum, let characters): "A view has at most \(maximum) columns, each with a name of 1 to \(characters) characters."
    case .noCustomer(let id): "There is no customer with the id \(Self.quoted(id))."
    case .noTask(let id): "There is no task with the id \(Self.quoted(id))."
    case .noAlert(let id): "There is no alert with the id \(Self.quoted(id))."
    case .noView(let id): "There is no view with the id \(Self.quoted(id))."
    case .noDelivery(let key): "There is no delivery with the key \(Self.quoted(key))."
    case .taskClosed: "The task is closed already; make a new one if there is more to do."
    case .alertClosed: "The alert is closed: there is nothing to snooze."
    case .notSnoozed: "The alert is not snoozed."
    case .tooManyViews(let maximum): "You have \(maximum) views already: delete one first."
    case .deliveryState(let state): "The delivery is \(state.rawValue): that cannot be done with it."
    case .mayOnlyLook: "Your role lets you look, not change anything: ask for another one."
    case .othersTask(let owner): "A task of somebody else (\(owner.prefix(CustomerTask.longestOwner))) is for a lead to change."
    case .othersView: "The view is somebody else's: save one of your own."
    case .notForThisRole: "The outbox is for operations: ask somebody with that role."
    }
  }

  /// Cut, so that an answer never grows with the question.
  private static func quoted(_ text: String) -> String {
    let beginning = text.unicodeScalars.prefix(100)
    return "\"\(String(beginning))\(beginning.endIndex < text.unicodeScalars.endIndex ? "…" : "")\""
  }
}
