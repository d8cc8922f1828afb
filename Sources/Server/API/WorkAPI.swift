import Domain
import Engine
import Formats
import Hummingbird
import Storage

/// Tasks, notes and snoozes by programs. The audit log names the key that each change came with.
struct WorkAPI: Sendable {
  private let desk: Desk
  private let inquiries: Inquiries
  private let time: any TimeSource
  private let bodies: BodyReader

  init(_ dependencies: ServerDependencies) {
    desk = dependencies.desk
    inquiries = dependencies.inquiries
    time = dependencies.time
    let limits = dependencies.limits
    bodies = BodyReader(time: time, memory: BodyMemory(known: limits.strangersInMemory, strangers: limits.strangersInMemory))
  }

  /// As they are asked for by `state`.
  enum TaskState: String, CaseIterable { case open, overdue, closed }

  /// Instead of an address: tasks of nobody.
  static let nobody = "nobody"

  // MARK: Tasks

  func tasks(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let query = Query(request)
    var filter = TaskQueries.Filter(customer: query["customer"].flatMap { $0.isEmpty ? nil : $0 })
    let now = time.now()
    switch try query.word("state", as: TaskState.self) ?? .open {
    case .open: filter.state = .open
    case .overdue: filter.state = .overdue(at: now)
    case .closed: filter.state = .closed
    }
    if let owner = query["owner"], !owner.isEmpty {
      if owner == Self.nobody {
        filter.owner = .nobody
      } else if let address = CustomerTask.ownerAddress(owner) {
        filter.owner = .address(address)
      } else {
        throw Problem.invalidParameter("owner", "owner is an email address, or \(Self.nobody), not \(Problem.quoted(owner)).")
      }
    }
    let page = try await desk.tasks(filter, cursor: query.cursor, limit: try query.limit(default: 100))
    return .json(tasksJSON(page, at: now))
  }

  func makeTask(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let body = try await body(request, context, fields: ["customer", "title", "owner", "due_at", "priority", "note"])
    let draft = TaskDraft(
      customer: try body.requiredText("customer"), title: try body.requiredText("title"), owner: try body.text("owner"),
      dueAt: try body.requiredInstant("due_at"), priority: try body.word("priority", as: CustomerTask.Priority.self) ?? .normal,
      note: try body.text("note") ?? "")
    let task = try await desk.makeTask(draft, by: actor(context), user: nil)
    return .json(taskJSON(task, at: time.now()), status: .created)
  }

  func task(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    guard let task = try await desk.task(id) else { throw WorkMistake.noTask(id) }
    return .json(taskJSON(task, at: time.now()))
  }

  /// Changes what is named; an outcome closes the task.
  func changeTask(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    let body = try await body(request, context, fields: ["owner", "due_at", "priority", "note", "outcome"])
    var edit = TaskEdit(
      dueAt: try body.instant("due_at"), priority: try body.word("priority", as: CustomerTask.Priority.self), note: try body.text("note"))
    if body.has("owner") { edit.owner = try body.text("owner").map(TaskEdit.Owner.address) ?? .nobody }
    let task: CustomerTask
    if let outcome = try body.word("outcome", as: CustomerTask.Outcome.self) {
      task = try await desk.closeTask(id, outcome: outcome, edit: edit, by: actor(context), user: nil)
    } else {
      task = try await desk.editTask(id, edit, by: actor(context), user: nil)
    }
    return .json(taskJSON(task, at: time.now()))
  }

  // MARK: Notes and snoozes

  func notes(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    guard try await inquiries.history(of: id) != nil else { throw Problem.noCustomer(id) }
    return .json(["notes": .array(try await desk.customerWork(id).notes.map(noteJSON))])
  }

  func writeNote(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    let body = try await body(request, context, fields: ["text"])
    let note = try await desk.note(try body.requiredText("text"), about: id, by: actor(context), user: nil)
    return .json(noteJSON(note), status: .created)
  }

  func snooze(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    let body = try await body(request, context, fields: ["until", "reason"])
    let alert = try await desk.snooze(
      id, until: try body.requiredInstant("until"), reason: try body.requiredText("reason"), by: actor(context), user: nil)
    return .json(alertJSON(alert))
  }

  func awaken(_ request: Request, _ context: RequestInfo) async throws -> Response {
    .json(alertJSON(try await desk.unsnooze(try context.part("id"), by: actor(context), user: nil)))
  }

  // MARK: Requests

  private func body(_ request: Request, _ context: RequestInfo, fields: [String]) async throws -> JSONBody {
    try await bodies.read(request, context.body, limit: JSONBody.limit, from: .known) { bytes, _ in try JSONBody(bytes, fields: fields) }
  }

  private func actor(_ context: RequestInfo) throws -> AuditEntry.Actor {
    guard let key = context.key else { throw Problem.unauthorized("Send an API key in force.") }
    return .key(name: key.name)
  }
}

extension Problem {
  /// What a person or a program did wrong, as it is answered.
  init(_ mistake: WorkMistake) {
    switch mistake.kind {
    case .invalid:
      self.init(code: "invalid-body", status: .badRequest, title: "The body is not right", detail: "\(mistake)")
      if let field = mistake.field { errors = [["field": .string(field.rawValue), "message": .string("\(mistake)")]] }
    case .notFound: self = .notFound("\(mistake)")
    case .conflict: self.init(code: "conflict", status: .conflict, title: "Not as things are", detail: "\(mistake)")
    case .forbidden: self.init(code: "forbidden", status: .forbidden, title: "Not allowed", detail: "\(mistake)")
    }
  }
}
