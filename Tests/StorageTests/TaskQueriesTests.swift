import DatabaseKit
import Domain
import SQL
import Storage
import Testing

@Suite("The table of tasks")
struct TaskQueriesTests {
  private let start = Instant(microseconds: 1_764_000_000_000_000)

  private func task(
    _ id: String, of customer: String = "acme", owner: String? = nil, due: TimeSpan = .zero, alert: String? = nil
  ) -> CustomerTask {
    CustomerTask(
      id: id, customer: customer, title: "Call \(id)", owner: owner, dueAt: start + due, priority: .high, createdAt: start,
      createdBy: "Holdfast", alert: alert, note: "first\nsecond")
  }

  private func closed(_ task: CustomerTask, at: Instant) throws -> CustomerTask {
    try task.closed(as: .noAnswer, note: "nobody there", at: at, by: .user(email: "ann@example.com"))
  }

  @Test("A task comes back as it was put in, is changed while it is open, and closed once")
  func lifecycle() async throws {
    try await withTemporaryDatabase { database in
      let made = task("t", owner: "ann@example.com", alert: "a")
      let edited = try TaskEdit(owner: .nobody, dueAt: start + .days(3), priority: .low, note: "n").applied(to: made, at: start)
      let closed = try closed(edited, at: start + .hours(1))
      let again = try edited.closed(as: .done, at: start + .hours(2), by: .commandLine)
      try await database.write { connection in
        let isNew = try TaskQueries.insert(made, connection)
        #expect(isNew)
        #expect(try TaskQueries.load(id: "t", connection) == made)
        #expect(try !TaskQueries.insert(edited, connection), "an id is there once")
        #expect(try TaskQueries.load(id: "t", connection) == made)
        #expect(try TaskQueries.update(edited, connection))
        #expect(try TaskQueries.load(id: "t", connection) == edited)
        #expect(try TaskQueries.update(closed, connection))
        #expect(try !TaskQueries.update(again, connection))
        #expect(try TaskQueries.load(id: "t", connection) == closed)
        #expect(try TaskQueries.load(id: "other", connection) == nil)
      }
    }
  }

  @Test("An alert's task is put in once, and not while one from another alert about the customer is open")
  func fromAlerts() async throws {
    try await withTemporaryDatabase { database in
      let (first, second, foreign) = (task("1", alert: "a"), task("2", alert: "b"), task("3", of: "other", alert: "c"))
      let (byHand, ended) = (task("4", of: "other"), try closed(first, at: start))
      try await database.write { connection in
        try TaskQueries.insert(byHand, connection)
        #expect(try TaskQueries.insert(fromAlert: foreign, connection))
        #expect(try TaskQueries.insert(fromAlert: first, connection))
        #expect(try !TaskQueries.insert(fromAlert: first, connection) && !TaskQueries.insert(fromAlert: second, connection))
        try TaskQueries.update(ended, connection)
        #expect(try !TaskQueries.insert(fromAlert: first, connection), "it was there before")
        #expect(try TaskQueries.insert(fromAlert: second, connection))
      }
    }
  }

  /// A hundred tasks: of two people and of nobody, of three customers, many due at the same instant, every third closed.
  private func hundred() throws -> [CustomerTask] {
    try (0..<100).map { number in
      let task = task(
        "t\(number)", of: "c\(number % 3)", owner: [nil, "ann@example.com", "bob@example.com"][number / 3 % 3],
        due: .hours(Int64(number % 10) - 5))
      return number % 3 == 2 ? try closed(task, at: start + .minutes(Int64(number / 10))) : task
    }
  }

  @Test("Pages go through the tasks of any filter in order, without gap or repeat")
  func pages() async throws {
    try await withTemporaryDatabase { database in
      let (tasks, now) = (try hundred(), start)
      try await database.write { connection in for task in tasks { try TaskQueries.insert(task, connection) } }
      let owners: [TaskQueries.Filter.Owner] = [
        .anyone, .nobody, .address("ann@example.com"), .address("nobody@example.com"), .otherThan("ann@example.com"),
      ]
      for state in [TaskQueries.Filter.State.open, .overdue(at: now), .due(now..<now + .hours(3)), .closed] {
        for owner in owners {
          for customer in [nil, "c0", "c2", "other"] {
            let filter = TaskQueries.Filter(state: state, owner: owner, customer: customer)
            let expected = tasks.filter { Self.holds(filter, $0) }.map(\.id)
            let seen = try await database.read { try Self.all(filter, $0) }
            #expect(Set(seen.map(\.id)) == Set(expected) && seen.count == expected.count, "\(filter)")
            for limit in [3, 1_000] {
              let count = try await database.read { try TaskQueries.count(filter, limit: limit, $0) }
              #expect(count == min(limit, expected.count), "\(filter)")
            }
            let places = seen.map { (state == .closed ? -($0.closedAt ?? .epoch).microseconds : $0.dueAt.microseconds) }
            #expect(places == places.sorted(), "\(filter)")
          }
        }
      }
    }
  }

  private static func holds(_ filter: TaskQueries.Filter, _ task: CustomerTask) -> Bool {
    switch filter.owner {
    case .anyone: break
    case .nobody: if task.owner != nil { return false }
    case .address(let address): if task.owner != address { return false }
    case .otherThan(let address): if task.owner == address { return false }
    }
    if let customer = filter.customer, task.customer != customer { return false }
    return switch filter.state {
    case .open: task.isOpen
    case .overdue(let now): task.isOverdue(at: now)
    case .due(let span): task.isOpen && span.contains(task.dueAt)
    case .closed: !task.isOpen
    }
  }

  private static func all(_ filter: TaskQueries.Filter, _ connection: any Connection) throws -> [CustomerTask] {
    var (seen, cursor): ([CustomerTask], String?) = ([], nil)
    repeat {
      let page = try TaskQueries.list(filter, limit: 7, cursor: cursor, connection)
      #expect(page.items.count == 7 || page.next == nil)
      seen += page.items
      cursor = page.next
    } while cursor != nil && seen.count < 200
    return seen
  }

  @Test("Lists for people: of one owner, of nobody, of a customer, closed since, and how many are overdue")
  func lists() async throws {
    try await withTemporaryDatabase { database in
      let (tasks, start) = (try hundred(), start)
      try await database.write { connection in
        for task in tasks { try TaskQueries.insert(task, connection) }
        let hers = tasks.filter { $0.isOpen && $0.owner == "ann@example.com" }
        #expect(try Set(TaskQueries.open(owner: "ann@example.com", limit: 100, connection)) == Set(hers))
        #expect(try TaskQueries.open(owner: "ann@example.com", limit: 3, connection).count == 3)
        #expect(
          try Set(TaskQueries.list(.init(owner: .nobody), limit: 100, connection).items)
            == Set(tasks.filter { $0.isOpen && $0.owner == nil }))
        #expect(try Set(TaskQueries.all(customer: "c2", limit: 100, connection)) == Set(tasks.filter { $0.customer == "c2" }))
        let since = start + .minutes(5)
        let recent = try TaskQueries.closed(since: since, limit: 100, connection)
        #expect(Set(recent) == Set(tasks.filter { $0.closedAt.map { $0 >= since } ?? false }) && !recent.isEmpty)
        let late = tasks.filter { $0.isOverdue(at: start) }
        #expect(try TaskQueries.count(.init(state: .overdue(at: start)), limit: 100_000, connection) == late.count)
        #expect(
          try TaskQueries.count(
            .init(state: .overdue(at: start), owner: .address("bob@example.com")), limit: 100_000, connection)
            == late.filter { $0.owner == "bob@example.com" }.count)
        #expect(throws: AlertQueries.InvalidCursor.self) {
          try TaskQueries.list(TaskQueries.Filter(), limit: 1, cursor: "x", connection)
        }
      }
    }
  }

  @Test("Notes and pulses come newest first, and go to another customer or away together with the tasks")
  func remarks() async throws {
    try await withTemporaryDatabase { database in
      let start = start
      let notes = (0..<3).map {
        CustomerNote(id: "n\($0)", customer: "acme", at: start + .hours(Int64($0)), author: "ann@example.com", text: "Note \($0)")
      }
      let pulses = CustomerPulse.Mood.allCases.enumerated().map {
        CustomerPulse(customer: "acme", at: start + .hours(Int64($0)), author: "ann@example.com", mood: $1, text: "")
      }
      let task = task("t")
      try await database.write { connection in
        for note in notes { try NoteQueries.insert(note, connection) }
        for pulse in pulses { try PulseQueries.save(pulse, connection) }
        try TaskQueries.insert(task, connection)
        #expect(try NoteQueries.all(customer: "acme", limit: 9, connection) == notes.reversed())
        #expect(try NoteQueries.all(customer: "acme", limit: 1, connection) == [notes[2]])
        #expect(try PulseQueries.newest(customer: "acme", connection) == pulses[2])
        #expect(try PulseQueries.newest(customer: "other", connection) == nil)
        try WorkQueries.move(from: "acme", to: "other", connection)
        #expect(try NoteQueries.all(customer: "acme", limit: 9, connection).isEmpty)
        #expect(try NoteQueries.all(customer: "other", limit: 9, connection).map(\.text) == ["Note 2", "Note 1", "Note 0"])
        #expect(try PulseQueries.all(customer: "other", limit: 9, connection).map(\.mood) == pulses.reversed().map(\.mood))
        #expect(try PulseQueries.newest(customer: "acme", connection) == nil)
        #expect(try TaskQueries.load(id: "t", connection)?.customer == "other")
        #expect(try TaskQueries.all(customer: "other", limit: 9, connection).count == 1)
        try WorkQueries.delete(customer: "other", connection)
        #expect(try TaskQueries.load(id: "t", connection) == nil && PulseQueries.newest(customer: "other", connection) == nil)
        #expect(try NoteQueries.all(customer: "other", limit: 9, connection).isEmpty)
      }
    }
  }

  @Test("A person sees her own views, then those that others share; a view keeps its owner when it is saved again")
  func views() async throws {
    try await withTemporaryDatabase { database in
      func view(_ id: String, _ owner: String, shared: Bool) -> SavedView {
        SavedView(
          id: id, name: "View \(id)", owner: owner, isShared: shared, condition: "score < 40", sort: "-mrr", columns: ["name", "mrr, arr"])
      }
      let own = [view("1", "ann", shared: false), view("2", "ann", shared: true)]
      let others = [view("0", "bob", shared: true), view("3", "bob", shared: false)]
      var renamed = own[0]
      (renamed.name, renamed.owner, renamed.columns) = ("Zebra", "bob", [])
      let saved = renamed
      try await database.write { connection in
        for view in own + others { try SavedViewQueries.save(view, connection) }
        #expect(try SavedViewQueries.visible(to: "ann", limit: 9, connection) == own + [others[0]])
        #expect(try SavedViewQueries.visible(to: "ann", limit: 2, connection) == own)
        #expect(try SavedViewQueries.count(owner: "bob", connection) == 2)
        try SavedViewQueries.save(saved, connection)
        #expect(try SavedViewQueries.load(id: "1", connection)?.owner == "ann")
        #expect(try SavedViewQueries.visible(to: "ann", limit: 9, connection).map(\.name) == ["View 2", "Zebra", "View 0"])
        #expect(try SavedViewQueries.delete(id: "1", connection) && !SavedViewQueries.delete(id: "1", connection))
      }
    }
  }
}
