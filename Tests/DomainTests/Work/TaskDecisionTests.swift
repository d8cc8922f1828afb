import Domain
import Testing

@Suite("Making, changing and closing tasks")
struct TaskDecisionTests {
  private let now = Instant(microseconds: 1_764_000_000_000_000)
  private let ann = AuditEntry.Actor.user(email: "ann@example.com")

  private func draft(_ change: (inout TaskDraft) -> Void = { _ in }) -> TaskDraft {
    var draft = TaskDraft(customer: "acme", title: "Call", owner: nil, dueAt: now + .days(1))
    change(&draft)
    return draft
  }

  private func task(_ change: (inout TaskDraft) -> Void = { _ in }) throws -> CustomerTask {
    try draft(change).task(id: "t", at: now, by: ann)
  }

  @Test("A task is what was wanted, tidied: trimmed, in one line, its owner in lower case")
  func made() throws {
    let task = try task {
      $0.title = "  Call\tthem\r\nsoon "
      $0.owner = " Bob@Example.COM\n"
      $0.note = " first\r\nsecond\u{0} "
      $0.priority = .low
    }
    #expect(task.title == "Call them soon" && task.owner == "bob@example.com" && task.note == "first\nsecond")
    #expect(task.createdBy == "ann@example.com" && task.createdAt == now && task.isOpen && task.priority == .low)
    #expect(try self.task { $0.owner = "  " }.owner == nil)
  }

  @Test(
    "What is wrong about a task is told with its field",
    arguments: [
      ("", "", 0, WorkMistake.empty(.title)), (" \n\u{2003} ", "", 0, .empty(.title)), ("long", "", 0, .long(.title, maximum: 200)),
      ("Call", "ann", 0, .noAddress), ("Call", "ann@exa mple.com", 0, .noAddress), ("Call", "long", 0, .noAddress),
      ("Call", "", 732, .dueTooFar),
    ])
  func wrong(title: String, owner: String, days: Int, mistake: WorkMistake) {
    #expect(throws: mistake) {
      try task {
        $0.title = title == "long" ? String(repeating: "x", count: 201) : title
        $0.owner = owner == "long" ? "a@" + String(repeating: "x", count: 253) : owner
        $0.dueAt = now + .days(Int64(days))
      }
    }
    #expect(mistake.kind == .invalid && mistake.field != nil && mistake.description.hasSuffix("."))
  }

  @Test("A title of 200 characters, an address of 254, a note of 4 000 and a due time two years ahead are just right")
  func bounds() throws {
    let task = try task {
      $0.title = String(repeating: "ü", count: 200)
      $0.owner = "a@" + String(repeating: "x", count: 252)
      $0.note = String(repeating: "n", count: 4_000)
      $0.dueAt = now + .days(731)
    }
    #expect(task.title.count == 200 && task.note.count == 4_000)
    #expect(throws: WorkMistake.long(.note, maximum: 4_000)) { try self.task { $0.note = String(repeating: "n", count: 4_001) } }
    #expect(task.words.unicodeScalars.count == AuditEntry.longestValue)
  }

  @Test("A letter with any number of marks is not one character of many bytes")
  func marks() {
    let heavy = "e" + String(repeating: "\u{301}", count: 5_000)
    #expect(throws: WorkMistake.long(.title, maximum: 200)) { try task { $0.title = heavy } }
  }

  @Test("An edit changes what it names and nothing else")
  func edits() throws {
    let task = try task { $0.owner = "ann@example.com" }
    #expect(try TaskEdit().applied(to: task, at: now) == task)
    #expect(try TaskEdit(owner: .nobody).applied(to: task, at: now).owner == nil)
    #expect(try TaskEdit(owner: .address("BOB@example.com")).applied(to: task, at: now).owner == "bob@example.com")
    var later = task
    later.dueAt = now + .days(9)
    later.priority = .high
    later.note = "n"
    #expect(try TaskEdit(dueAt: later.dueAt, priority: .high, note: " n ").applied(to: task, at: now) == later)
    #expect(throws: WorkMistake.noAddress) { try TaskEdit(owner: .address("nobody")).applied(to: task, at: now) }
    #expect(throws: WorkMistake.dueTooFar) { try TaskEdit(dueAt: .distantFuture).applied(to: task, at: now) }
  }

  @Test("A task is closed once, with an outcome; then it stays as it is")
  func closes() throws {
    let task = try task { $0.note = "before" }
    #expect(throws: WorkMistake.noOutcome) { try task.closed(as: nil, at: now, by: ann) }
    let closed = try task.closed(as: .noAnswer, at: now + .hours(1), by: .key(name: "ci"))
    #expect(closed.closedAt == now + .hours(1) && closed.closedBy == "key: ci" && closed.outcome == .noAnswer && closed.note == "before")
    #expect(try task.closed(as: .done, note: "after", at: now, by: ann).note == "after")
    #expect(throws: WorkMistake.taskClosed) { try closed.closed(as: .done, at: now, by: ann) }
    #expect(throws: WorkMistake.taskClosed) { try TaskEdit().applied(to: closed, at: now) }
    #expect(!closed.isOverdue(at: .distantFuture) && task.isOverdue(at: task.dueAt + .seconds(1)) && !task.isOverdue(at: task.dueAt))
  }

  @Test("Notes, pulses and views have their bounds")
  func remarks() throws {
    let note = try CustomerNote.written(id: "n", customer: "acme", text: " two\r\nlines ", at: now, by: ann)
    #expect(note.text == "two\nlines" && note.author == "ann@example.com")
    for (text, mistake) in [("", WorkMistake.empty(.text)), (String(repeating: "x", count: 10_001), .long(.text, maximum: 10_000))] {
      #expect(throws: mistake) { try CustomerNote.written(id: "n", customer: "acme", text: text, at: now, by: ann) }
    }
    #expect(try CustomerPulse.taken(customer: "acme", mood: .worried, text: "", at: now, by: ann).text == "")
    let view = SavedView(id: "", name: " Mine ", owner: "", isShared: false, condition: " score < 40 ", sort: "-mrr", columns: ["name"])
    #expect(try view.checked().name == "Mine" && view.checked().condition == "score < 40")
    let wrong: [((inout SavedView) -> Void, WorkMistake)] = [
      ({ $0.name = " " }, .empty(.name)), ({ $0.name = String(repeating: "n", count: 81) }, .long(.name, maximum: 80)),
      (
        { $0.condition = String(repeating: "c", count: SavedView.longestCondition + 1) },
        .long(.condition, maximum: SavedView.longestCondition)
      ),
      ({ $0.columns = [""] }, .columns(maximum: 40, characters: 64)),
      ({ $0.columns = Array(repeating: "a", count: 41) }, .columns(maximum: 40, characters: 64)),
    ]
    for (change, mistake) in wrong {
      var bad = view
      change(&bad)
      let tried = bad
      #expect(throws: mistake) { try tried.checked() }
    }
  }

  @Test(
    "A customer's owner is the address in its attribute, or nobody",
    arguments: [
      (JSON.string(" Ann@Example.com "), "ann@example.com"), ("nobody", nil), (7, nil), (.null, nil), ("", nil),
      (["ann@example.com"], nil), ("ann@example.com, bob@example.com", nil),
    ] as [(JSON, String?)])
  func owner(value: JSON, owner: String?) {
    var state = CustomerState(id: "acme")
    state.attributes.merge([.init("account_manager", value)], version: now)
    #expect(state.owner(attribute: "account_manager") == owner)
    #expect(state.owner(attribute: "owner") == nil)
  }
}
