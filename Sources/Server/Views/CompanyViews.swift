import Domain
import Engine

/// The company in numbers.
public func summaryJSON(_ summary: HealthSummary) -> JSON {
  let bands = Band.allCases.reversed().map { JSON.Member($0.rawValue, JSON(summary.bands[$0] ?? 0)) }
  let movers = summary.movers.map { mover -> JSON in
    ["id": .string(mover.id), "name": JSON(mover.name), "from": JSON(mover.from), "to": JSON(mover.to)]
  }
  return [
    "at": JSON(summary.at), "customers": JSON(summary.customers), "average": oneDecimal(summary.average), "bands": .object(bands),
    "movers": .array(movers), "movers_at": JSON(summary.moversAt),
  ]
}

/// A page of alerts.
public func alertsJSON(_ page: Page<Alert>) -> JSON {
  ["alerts": .array(page.items.map(alertJSON)), "next": JSON(page.next)]
}

/// An alert.
public func alertJSON(_ alert: Alert) -> JSON {
  [
    "id": .string(alert.id), "customer": .string(alert.customer), "kind": .string(alert.kind.rawValue), "reason": .string(alert.reason),
    "state": .string(alert.state.rawValue), "opened_at": JSON(alert.openedAt), "updated_at": JSON(alert.updatedAt),
    "closed_at": JSON(alert.closedAt), "notified_at": JSON(alert.notifiedAt), "held_back": JSON(alert.heldBack),
    "score": JSON(alert.score), "band": .string(alert.band.rawValue), "snoozed_until": JSON(alert.snoozedUntil),
    "snooze_reason": JSON(alert.snoozeReason),
  ]
}

/// Counts since the database was made, and how far the fold is behind.
public func statisticsJSON(_ statistics: Inquiries.Statistics) -> JSON {
  let reasons = statistics.rejectedByReason.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) }
  return [
    "events": [
      "accepted": JSON(statistics.accepted), "duplicate": JSON(statistics.duplicate), "rejected": JSON(statistics.rejected),
      "rejected_by_reason": .object(reasons),
    ],
    "fold": ["lag_seconds": numberJSON(statistics.foldLag.seconds)],
  ]
}
