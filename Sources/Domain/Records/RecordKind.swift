/// The kinds of records that can be imported.
public enum RecordKind: String, Hashable, Sendable, CaseIterable {
  case customers, contacts, events, tickets, subscriptions, responses
}

/// One field of a kind: its name in column maps and the column names under which it is found without one.
public struct RecordField: Hashable, Sendable {
  public let name: String
  /// Tried in this order. Case, blanks, dashes and underscores make no difference.
  public let columns: [String]

  init(_ name: String, _ aliases: String...) {
    self.name = name
    columns = [name] + aliases
  }
}

extension RecordKind {
  private static let customer = RecordField(
    "customer", "customer_id", "account_id", "company_id", "organization_id", "workspace_id", "group_id", "account", "company")
  private static let contact = RecordField("contact", "contact_id", "user_id", "person_id", "distinct_id", "requester_id")
  private static let created = RecordField(
    "created_at", "signup_date", "signed_up_at", "registered_at", "created", "created_date", "start_date")
  private static let updated = RecordField("updated_at", "last_modified", "modified_at", "updated")

  /// All fields of the kind, in the order of the documentation.
  public var fields: [RecordField] {
    switch self {
    case .customers:
      [
        RecordField("id", "customer_id", "account_id", "company_id", "organization_id", "workspace_id", "group_id"),
        RecordField("name", "customer_name", "account_name", "company_name"), Self.created, Self.updated,
      ]
    case .contacts:
      [
        RecordField("id", "contact_id", "user_id", "person_id", "distinct_id"), Self.customer,
        RecordField("email", "mail", "email_address"),
        RecordField("name", "full_name", "contact_name"), Self.created, Self.updated,
      ]
    case .events:
      [
        RecordField("message_id", "event_id", "id", "uuid"), RecordField("event", "event_name", "name"),
        RecordField("at", "timestamp", "time", "date", "occurred_at", "created_at"), Self.contact,
        RecordField("anonymous", "anonymous_id", "device_id"), Self.customer,
      ]
    case .tickets:
      [
        RecordField("id", "ticket_id"), Self.customer, Self.contact, RecordField("subject", "title"), RecordField("status", "state"),
        RecordField("priority"), RecordField("opened_at", "submitted_at", "created_at", "opened", "created"),
        RecordField("solved_at", "closed_at", "resolved_at", "solved", "closed"),
        RecordField("satisfaction", "satisfaction_score", "csat", "rating"), Self.updated,
      ]
    case .subscriptions:
      [
        RecordField("id", "subscription_id"), Self.customer, RecordField("plan", "plan_name", "product"), RecordField("tier", "plan_tier"),
        RecordField("mrr", "mrr_amount", "monthly_amount"), RecordField("arr", "arr_amount", "annual_amount"),
        RecordField("seats", "quantity"), RecordField("status", "state"),
        RecordField("started_at", "start_date", "starts_at", "created_at"),
        RecordField("renews_at", "renewal_date", "current_period_end", "next_renewal"),
        RecordField("canceled_at", "cancelled_at", "end_date", "ended_at", "ends_at"), Self.updated,
      ]
    case .responses:
      [
        RecordField("id", "response_id"), Self.customer, Self.contact, RecordField("survey", "survey_name"),
        RecordField("score", "nps", "rating"), RecordField("comment", "feedback", "text", "answer"),
        RecordField("answered_at", "submitted_at", "timestamp", "created_at", "date"),
      ]
    }
  }
}
