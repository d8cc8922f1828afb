import Domain

/// A page of tasks.
/// - Parameter now: tells which are overdue.
public func tasksJSON(_ page: Page<CustomerTask>, at now: Instant) -> JSON {
  ["tasks": .array(page.items.map { taskJSON($0, at: now) }), "next": JSON(page.next)]
}

/// A task.
public func taskJSON(_ task: CustomerTask, at now: Instant) -> JSON {
  [
    "id": .string(task.id), "customer": .string(task.customer), "title": .string(task.title), "owner": JSON(task.owner),
    "due_at": JSON(task.dueAt), "overdue": .bool(task.isOverdue(at: now)), "priority": .string(task.priority.rawValue),
    "created_at": JSON(task.createdAt), "created_by": .string(task.createdBy), "alert": JSON(task.alert), "closed_at": JSON(task.closedAt),
    "closed_by": JSON(task.closedBy), "outcome": JSON(task.outcome?.rawValue), "note": .string(task.note),
  ]
}

/// A note about a customer.
public func noteJSON(_ note: CustomerNote) -> JSON {
  [
    "id": .string(note.id), "customer": .string(note.customer), "at": JSON(note.at), "author": .string(note.author),
    "text": .string(note.text),
  ]
}
