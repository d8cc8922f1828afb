import Domain
import Engine

/// The shapes of answers, by name; what `Views` prints is held against them by tests.
enum Schemas {
  static let all: JSON = .object(customers + explanations + company + workSchemas + errors)

  private static func member(_ name: String, _ schema: JSON) -> JSON.Member { .init(name, schema) }

  private static let band = Schema.words(Band.self)
  static let cursor = Schema.described(
    Schema.nullable(Schema.text), "Give this as cursor for the next page; null on the last. A page that is not full need not be the last.")

  private static let customers: [JSON.Member] = [
    member(
      "Customer",
      Schema.object([
        "id": Schema.text, "name": Schema.nullable(Schema.text), "started_at": Schema.instant, "journey": Schema.words(JourneyStage.self),
        "health": Schema.nullable(Schema.reference("Health")), "attributes": Schema.openObject,
      ])),
    member(
      "Health",
      Schema.object([
        "score": Schema.described(Schema.integer, "0–100."), "band": band,
        "coverage": Schema.described(Schema.number, "0–1: share of the points whose inputs are there and fresh."),
        "calculated_at": Schema.instant,
        "next_change_at": Schema.described(
          Schema.nullable(Schema.instant), "Until then time alone does not change the score; null: never."),
        "model": Schema.text,
      ])),
    member("CustomerPage", Schema.object(["customers": Schema.list(of: Schema.reference("Customer")), "next": cursor])),
    member("History", Schema.object(["changes": Schema.list(of: change)])),
    member(
      "TimelinePage",
      Schema.object([
        "entries": Schema.list(
          of: Schema.object(["at": Schema.instant, "kind": Schema.words(TimelineEntry.Kind.self), "title": Schema.text])),
        "next": cursor,
      ])),
    member(
      "EventPage",
      Schema.object([
        "events": Schema.list(
          of: Schema.object([
            "message_id": Schema.text, "name": Schema.text, "at": Schema.instant, "received_at": Schema.instant,
            "properties": Schema.openObject,
          ])),
        "next": cursor,
      ])),
  ]

  private static let change = Schema.object([
    "at": Schema.instant, "from": Schema.nullable(Schema.integer), "to": Schema.integer, "band_from": Schema.nullable(band),
    "band_to": band, "cause": Schema.words(HealthChange.Cause.self), "model": Schema.text,
    "points": Schema.list(of: Schema.object(["name": Schema.text, "points": Schema.integer])),
  ])

  private static let explanations: [JSON.Member] = [
    member(
      "Explanation",
      Schema.object([
        "customer": Schema.text, "name": Schema.nullable(Schema.text), "journey": Schema.words(JourneyStage.self), "at": Schema.instant,
        "score": Schema.described(Schema.integer, "The sum of the pillars' points and the adjustments' points."), "band": band,
        "pillars": Schema.list(of: Schema.reference("Pillar")), "adjustments": Schema.list(of: adjustment), "coverage": coverage,
        "variant": Schema.nullable(Schema.text), "model": Schema.text, "next_change": Schema.nullable(nextChange),
        "advice": Schema.nullable(advice), "since_yesterday": differences, "since_last_week": differences,
        "trend": Schema.nullable(trend),
      ])),
    member(
      "Pillar",
      Schema.object([
        "name": Schema.text, "points": Schema.integer, "max": Schema.integer, "measures": Schema.list(of: Schema.reference("Measure")),
      ])),
    member(
      "Measure",
      Schema.object([
        "name": Schema.text, "title": Schema.text,
        "signal": Schema.described(
          ["type": ["number", "string", "boolean", "null"]],
          "The raw signal: durations in seconds, dates in ISO 8601; null where it is missing or has never happened."),
        "signal_text": Schema.described(Schema.text, "The signal for people: \"3 d 4 h\", \"never\"."), "points": Schema.integer,
        "max": Schema.integer,
      ])),
  ]

  private static let adjustment = Schema.object([
    "name": Schema.text, "limit": Schema.integer, "points": Schema.described(Schema.integer, "Negative: taken away by a cap."),
    "reason": Schema.text,
  ])
  private static let coverage = Schema.object([
    "share": Schema.number, "gaps": Schema.list(of: Schema.object(["measure": Schema.text, "reason": Schema.text])),
  ])
  private static let differences = Schema.list(
    of: Schema.object(["measure": Schema.text, "from": Schema.integer, "to": Schema.integer]))
  private static let nextChange = Schema.object(["at": Schema.instant, "score": Schema.integer, "band": band, "differences": differences])
  private static let advice = Schema.object(["band": band, "lacking": Schema.integer, "steps": Schema.list(of: Schema.text)])
  private static let trend = Schema.object([
    "direction": ["type": "string", "enum": ["improving", "stable", "declining"]],
    "slope": Schema.described(Schema.number, "Points per week."), "band_changes": Schema.integer,
  ])

  private static let company: [JSON.Member] = [
    member(
      "Summary",
      Schema.object([
        "at": Schema.instant, "customers": Schema.integer, "average": Schema.nullable(Schema.number),
        "bands": Schema.object(["healthy": Schema.integer, "at-risk": Schema.integer, "critical": Schema.integer]),
        "movers": Schema.list(
          of: Schema.object([
            "id": Schema.text, "name": Schema.nullable(Schema.text), "from": Schema.integer, "to": Schema.integer,
          ])),
        "movers_at": Schema.nullable(Schema.instant),
      ])),
    member("AlertPage", Schema.object(["alerts": Schema.list(of: Schema.reference("Alert")), "next": cursor])),
    member(
      "Alert",
      Schema.object([
        "id": Schema.text, "customer": Schema.text, "kind": Schema.words(Alert.Kind.self), "reason": Schema.text,
        "state": Schema.words(Alert.State.self), "opened_at": Schema.instant, "updated_at": Schema.instant,
        "closed_at": Schema.nullable(Schema.instant), "notified_at": Schema.nullable(Schema.instant),
        "held_back": Schema.nullable(Schema.text), "score": Schema.integer, "band": band,
        "snoozed_until": Schema.nullable(Schema.instant), "snooze_reason": Schema.nullable(Schema.text),
      ])),
    member(
      "Statistics",
      Schema.object([
        "events": Schema.object([
          "accepted": Schema.integer, "duplicate": Schema.integer, "rejected": Schema.integer,
          "rejected_by_reason": Schema.map(of: Schema.integer),
        ]), "fold": Schema.object(["lag_seconds": Schema.number]),
      ])),
    member("ImportResult", importResult),
  ]

  private static let importResult = Schema.object([
    "accepted": Schema.integer, "duplicate": Schema.integer, "rejected": Schema.integer,
    "passed_over": Schema.described(Schema.integer, "Lines that the conditions leave out."),
    "errors": Schema.described(
      Schema.list(of: Schema.object(["line": Schema.integer, "reason": Schema.text, "code": Schema.text])),
      "The first errors; all are counted and set aside."),
  ])

  private static let errors: [JSON.Member] = [
    member(
      "Problem",
      Schema.object(
        [
          "type": Schema.text, "title": Schema.text, "status": Schema.integer, "detail": Schema.text,
          "errors": Schema.described(Schema.list(of: Schema.openObject), "One thing wrong each, with its place and a suggestion."),
          "request_id": Schema.text,
        ], optional: ["errors", "request_id"])),
    member("TrackingError", Schema.object(["code": Schema.text, "message": Schema.text])),
  ]
}
