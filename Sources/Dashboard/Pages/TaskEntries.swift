import Domain

/// Lines about tasks, and the forms with which they are closed and moved.
struct TaskEntries {
  let shell: Shell
  /// The path a form leads back to.
  let back: String
  /// Who may own a task; for those who may move the tasks of others.
  var owners: [Owner] = []
  /// Whether a task can be given to somebody else or another day here.
  var offersEdit = false

  /// Whether the reader may close and move it: her own, nobody's, or, for a lead, anybody's.
  func mayTouch(_ task: CustomerTask) -> Bool {
    shell.may(.work) && (task.owner == nil || task.owner == shell.user?.email || shell.may(.leadWork))
  }

  /// A task as a line of a worklist.
  /// - Parameters:
  ///   - customer: whom it is about; `nil` on the customer's own page.
  ///   - number: apart from those of all other tasks on the page.
  func entry(_ task: CustomerTask, of customer: CustomerLine?, number: Int) -> Entry {
    let isOverdue = task.isOverdue(at: shell.now)
    let (name, deed) = ("task-customer-\(number)", "task-\(number)")
    let title: HTML =
      customer.map { "<span id=\"\(name)\">\($0.link)</span> \($0.standing)" } ?? "<b id=\"\(deed)\">\(clipped(task.title, 200))</b>"
    let origin: HTML? = task.alert == nil ? nil : "from an alert"
    let owner: HTML? = task.owner == shell.user?.email ? nil : task.owner.map { author(ownerName($0)) } ?? "nobody’s yet"
    let words: HTML? = customer == nil ? nil : "<span id=\"\(deed)\">\(clipped(task.title, 200))</span>"
    // Many controls say the same; the customer and the task say which ones are meant.
    let about = customer == nil ? deed : "\(name) \(deed)"
    let note: HTML? = task.note.isEmpty ? nil : prose(task.note)
    return Entry(
      mark: tag(task.priority.rawValue, tone: task.priority == .high ? "bad" : ""), title: title,
      detail: "\(dotted([words, owner, origin]))\(note)", when: due(task), actions: actions(task, number: number, about: about),
      isOverdue: isOverdue)
  }

  /// A closed task: how it ended and what was found out.
  func closedEntry(_ task: CustomerTask) -> Entry {
    let outcome = task.outcome?.title ?? "closed"
    let owner: HTML? = task.owner.map { author(ownerName($0)) }
    let note: HTML? = task.note.isEmpty ? nil : prose(task.note)
    return Entry(
      mark: tag(outcome, tone: task.outcome == .contacted || task.outcome == .done ? "good" : ""), title: .text(clipped(task.title, 200)),
      detail: "\(dotted([owner]))\(note)", when: task.closedAt.map { time($0, shell) })
  }

  private func ownerName(_ email: String) -> String { owners.first { $0.email == email }?.name ?? email }

  private func due(_ task: CustomerTask) -> HTML {
    if task.isOverdue(at: shell.now) { return "<strong class=\"late\">Overdue</strong> \(lasting("by", task.dueAt, shell))" }
    return "due \(time(task.dueAt, shell))"
  }

  /// - Parameter about: ids of what says which task it is.
  private func actions(_ task: CustomerTask, number: Int, about: String) -> HTML? {
    guard mayTouch(task) else { return nil }
    let close = fold("Close", describedBy: about, closeForm(task, number: number, about: about))
    guard offersEdit else { return close }
    return "\(close)\(fold("Change", describedBy: about, editForm(task, number: number, about: about)))"
  }

  private func closeForm(_ task: CustomerTask, number: Int, about: String) -> HTML {
    shell.form(
      "/tasks/\(percentEncoded(task.id))/close", back: back,
      """
      \(select(
        label: "Outcome", name: "outcome", options: CustomerTask.Outcome.allCases.map { ($0.rawValue, $0.title) },
        selected: CustomerTask.Outcome.contacted.rawValue, id: "outcome-\(number)"))\
      \(textArea(
        label: "Note", name: "note", value: clipped(task.note, CustomerTask.longestNote), lines: 2, maximum: CustomerTask.longestNote,
        id: "note-\(number)"))\
      \(button("Close task", kind: .primary, describedBy: about))
      """)
  }

  private func editForm(_ task: CustomerTask, number: Int, about: String) -> HTML {
    shell.form(
      "/tasks/\(percentEncoded(task.id))/edit", back: back,
      """
      \(ownerField(selected: task.owner, id: "owner-\(number)"))\
      \(field(
        label: "Due", name: "due", value: FormTime.minute(task.dueAt, timeZone: shell.timeZone), type: .dateTime, required: true,
        id: "due-\(number)"))\
      \(priorityField(selected: task.priority, id: "priority-\(number)"))\
      \(button("Change task", kind: .primary, describedBy: about))
      """)
  }

  /// A new task for a customer, due tomorrow at this time unless stated otherwise.
  func newForm(customer: String) -> HTML {
    let due = field(
      label: "Due", name: "due", value: FormTime.minute(shell.now + .days(1), timeZone: shell.timeZone), type: .dateTime, required: true,
      id: "new-due")
    let priority = priorityField(selected: .normal, id: "new-priority")
    let owner = ownerField(selected: shell.user?.email, id: "new-owner")
    return shell.form(
      "/tasks", back: back,
      """
      \(hidden("customer", customer))\
      \(field(label: "What is to be done", name: "title", required: true, id: "new-title", attributes: [("maxlength", "200")]))\
      \(row("\(due)\(priority)\(owner)"))\(button("Add task", kind: .primary))
      """)
  }

  private func priorityField(selected: CustomerTask.Priority, id: String) -> HTML {
    select(
      label: "Priority", name: "priority", options: CustomerTask.Priority.allCases.map { ($0.rawValue, $0.rawValue) },
      selected: selected.rawValue, id: id)
  }

  /// Whoever may move the tasks of others may give one to anybody; others take it, or leave it to nobody.
  private func ownerField(selected: String?, id: String) -> HTML {
    var choices = shell.may(.leadWork) ? owners : []
    if let user = shell.user, !choices.contains(where: { $0.email == user.email }) {
      choices.insert(Owner(email: user.email, name: user.name), at: 0)
    }
    if let selected, !choices.contains(where: { $0.email == selected }) { choices.append(Owner(email: selected, name: selected)) }
    return select(
      label: "Owner", name: "owner", options: [("", "nobody yet")] + choices.map { ($0.email, clipped($0.name, 60)) },
      selected: selected ?? "", id: id)
  }
}
