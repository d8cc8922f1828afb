import Domain

/// Tasks, notes and snoozes in the OpenAPI document.
func workOperations() -> [Operation] { taskOperations() + remarkOperations() }

private let usualErrors = [400, 401, 403, 503]
private let bodyErrors = [400, 401, 403, 404, 408, 409, 413, 429, 503]

private func id(_ of: String) -> Operation.Parameter {
  Operation.Parameter(name: "id", place: "path", schema: Schema.text, description: "The \(of)'s id.")
}

private func body(_ schema: JSON) -> JSON { ["required": true, "content": ["application/json": ["schema": schema]]] }

private func taskOperations() -> [Operation] {
  [
    Operation(
      path: "/api/v1/tasks", method: "get", name: "listTasks",
      summary: "Tasks: open ones by due time, closed ones by when they were closed, the newest first", tag: "Work",
      parameters: [
        .init(
          name: "state", place: "query", schema: Schema.words(WorkAPI.TaskState.self), description: "Without it: open, overdue ones too."),
        .init(
          name: "owner", place: "query", schema: Schema.text, description: "An email address, or \(WorkAPI.nobody) for tasks of nobody."),
        .init(name: "customer", place: "query", schema: Schema.text, description: "Only those about this customer, by its id."),
      ] + pageParameters, answer: Schema.reference("TaskPage"), errors: usualErrors),
    Operation(
      path: "/api/v1/tasks", method: "post", name: "makeTask", summary: "Makes a task", tag: "Work",
      requestBody: body(Schema.reference("NewTask")), status: 201, answer: Schema.reference("Task"), errors: bodyErrors),
    Operation(
      path: "/api/v1/tasks/{id}", method: "get", name: "getTask", summary: "One task", tag: "Work", parameters: [id("task")],
      answer: Schema.reference("Task"), errors: [401, 403, 404, 503]),
    Operation(
      path: "/api/v1/tasks/{id}", method: "patch", name: "changeTask",
      summary: "Changes what is named of an open task; an outcome closes it, which can be done once", tag: "Work", parameters: [id("task")],
      requestBody: body(Schema.reference("TaskChange")), answer: Schema.reference("Task"), errors: bodyErrors),
  ]
}

private func remarkOperations() -> [Operation] {
  [
    Operation(
      path: "/api/v1/customers/{id}/notes", method: "get", name: "listNotes", summary: "The newest 200 notes about a customer", tag: "Work",
      parameters: [id("customer")], answer: Schema.object(["notes": Schema.list(of: Schema.reference("Note"))]),
      errors: [401, 403, 404, 503]),
    Operation(
      path: "/api/v1/customers/{id}/notes", method: "post", name: "writeNote", summary: "Writes a note about a customer", tag: "Work",
      parameters: [id("customer")],
      requestBody: body(
        Schema.object(["text": Schema.described(Schema.text, "1 to \(CustomerNote.longest) characters.")])), status: 201,
      answer: Schema.reference("Note"), errors: bodyErrors),
    Operation(
      path: "/api/v1/alerts/{id}/snooze", method: "post", name: "snoozeAlert",
      summary: "Keeps an alert silent until then, also where it closes and opens again meanwhile", tag: "Work", parameters: [id("alert")],
      requestBody: body(
        Schema.object([
          "until": Schema.described(Schema.instant, "Within a year."),
          "reason": Schema.described(Schema.text, "1 to \(Alert.longestSnoozeReason) characters."),
        ])), answer: Schema.reference("Alert"), errors: bodyErrors),
    Operation(
      path: "/api/v1/alerts/{id}/snooze", method: "delete", name: "awakenAlert", summary: "Ends a snooze before its time", tag: "Work",
      parameters: [id("alert")], answer: Schema.reference("Alert"), errors: [401, 403, 404, 409, 503]),
  ]
}

/// What they take and answer.
let workSchemas: [JSON.Member] = {
  let task = Schema.object([
    "id": Schema.text, "customer": Schema.text, "title": Schema.text,
    "owner": Schema.described(Schema.nullable(Schema.text), "An email address in lower case; null: nobody's."),
    "due_at": Schema.instant, "overdue": Schema.flag, "priority": Schema.words(CustomerTask.Priority.self), "created_at": Schema.instant,
    "created_by": Schema.text,
    "alert": Schema.described(Schema.nullable(Schema.text), "The id of the alert that made it."),
    "closed_at": Schema.nullable(Schema.instant), "closed_by": Schema.nullable(Schema.text), "outcome": Schema.nullable(outcome),
    "note": Schema.text,
  ])
  let note = Schema.object([
    "id": Schema.text, "customer": Schema.text, "at": Schema.instant, "author": Schema.text, "text": Schema.text,
  ])
  return [
    .init("Task", task), .init("NewTask", newTask), .init("TaskChange", taskChange),
    .init("TaskPage", Schema.object(["tasks": Schema.list(of: Schema.reference("Task")), "next": Schemas.cursor])), .init("Note", note),
  ]
}()

private let outcome = Schema.words(CustomerTask.Outcome.self)
private let owner = Schema.described(Schema.nullable(Schema.text), "An email address; null: nobody's.")
private let due = Schema.described(Schema.instant, "A date or a time, not more than two years ahead.")
private let note = Schema.described(Schema.text, "At most \(CustomerTask.longestNote) characters.")

private let newTask = Schema.object(
  [
    "customer": Schema.described(Schema.text, "The customer's id."),
    "title": Schema.described(Schema.text, "1 to \(CustomerTask.longestTitle) characters."), "owner": owner, "due_at": due,
    "priority": Schema.words(CustomerTask.Priority.self), "note": note,
  ], optional: ["owner", "priority", "note"])

private let taskChange = Schema.object(
  ["owner": owner, "due_at": due, "priority": Schema.words(CustomerTask.Priority.self), "note": note, "outcome": outcome],
  optional: ["owner", "due_at", "priority", "note", "outcome"])
