import Dashboard
import Domain
import Engine
import Hummingbird

/// Tasks, made, moved and closed from pages.
struct TaskRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] {
    [
      PageRoute(.post, "/tasks", .work, make),
      PageRoute(.post, "/tasks/{id}/close", .work, close),
      PageRoute(.post, "/tasks/{id}/edit", .work, edit),
    ]
  }

  @Sendable private func make(_ request: PageRequest) async throws -> PageAnswer {
    let customer = request.form.text("customer")
    let draft = TaskDraft(
      customer: customer, title: request.form.text("title"), owner: request.form.text("owner"), dueAt: try request.instant("due"),
      priority: try request.word("priority", as: CustomerTask.Priority.self), note: request.form.text("note"))
    return try await request.act(or: customerPath(customer), done: "The task is made.") {
      _ = try await house.desk.makeTask(draft, by: request.actor, user: request.user)
    }
  }

  @Sendable private func close(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    // Empty where it was cleared: then the task's goes too.
    let note = request.form["note"]
    return try await request.act(or: PageRoutes.home, done: "The task is closed.") {
      let outcome = CustomerTask.Outcome(rawValue: request.form.text("outcome"))
      _ = try await house.desk.closeTask(id, outcome: outcome, note: note, by: request.actor, user: request.user)
    }
  }

  @Sendable private func edit(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    let change = TaskEdit(
      owner: request.form["owner"].map(TaskEdit.Owner.address) ?? .keep, dueAt: try request.instant("due"),
      priority: try request.word("priority", as: CustomerTask.Priority.self))
    return try await request.act(or: PageRoutes.home, done: "The task is changed.") {
      _ = try await house.desk.editTask(id, change, by: request.actor, user: request.user)
    }
  }
}
