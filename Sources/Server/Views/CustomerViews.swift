import Domain

/// A customer as lists and its own address give it.
public func customerJSON(_ customer: CustomerSummary) -> JSON {
  [
    "id": .string(customer.id), "name": JSON(customer.name), "started_at": JSON(customer.startedAt),
    "journey": .string(customer.journey.rawValue), "health": customer.health.map(healthJSON) ?? .null,
    "attributes": .object(customer.attributes),
  ]
}

/// A stored score.
public func healthJSON(_ health: Health) -> JSON {
  [
    "score": JSON(health.score), "band": .string(health.band.rawValue), "coverage": numberJSON(health.coverage),
    "calculated_at": JSON(health.calculatedAt), "next_change_at": JSON(health.nextChangeAt), "model": .string(health.model),
  ]
}

/// Score changes, newest first.
public func historyJSON(_ changes: [HealthChange]) -> JSON {
  ["changes": .array(changes.map(changeJSON))]
}

private func changeJSON(_ change: HealthChange) -> JSON {
  [
    "at": JSON(change.at), "from": JSON(change.from), "to": JSON(change.to), "band_from": JSON(change.bandFrom?.rawValue),
    "band_to": .string(change.bandTo.rawValue), "cause": .string(change.cause.rawValue), "model": .string(change.model),
    "points": .array(change.points.map { ["name": .string($0.name), "points": JSON($0.points)] }),
  ]
}

/// A page of a customer's timeline.
public func timelineJSON(_ page: Page<TimelineEntry>) -> JSON {
  let entries = page.items.map { entry -> JSON in
    ["at": JSON(entry.at), "kind": .string(entry.kind.rawValue), "title": .string(entry.title)]
  }
  return ["entries": .array(entries), "next": JSON(page.next)]
}

/// A page of a customer's events.
public func eventsJSON(_ page: Page<EventView>) -> JSON {
  let events = page.items.map { event -> JSON in
    [
      "message_id": .string(event.messageID), "name": .string(event.name), "at": JSON(event.at), "received_at": JSON(event.receivedAt),
      "properties": .object(event.properties),
    ]
  }
  return ["events": .array(events), "next": JSON(page.next)]
}

/// A page of customers.
public func customersJSON(_ page: Page<CustomerSummary>) -> JSON {
  ["customers": .array(page.items.map(customerJSON)), "next": JSON(page.next)]
}
