import Domain
import Engine
import Formats

/// The JSON API in the OpenAPI document.
func apiOperations(_ limits: ServerLimits) -> [Operation] {
  customerOperations() + companyOperations() + workOperations() + [importOperation(limits), documentOperation()]
}

private let usualErrors = [401, 403, 503]
private let customerID = Operation.Parameter(name: "id", place: "path", schema: Schema.text, description: "The customer's id.")
private let at = Operation.Parameter(
  name: "at", place: "query", schema: Schema.instant, description: "As of then: a date or a time in ISO 8601. Without it: now.")
let pageParameters = [
  Operation.Parameter(
    name: "limit", place: "query", schema: ["type": "integer", "minimum": 1, "maximum": 1_000, "default": 100],
    description: "Entries of a page, at most. Customers by a condition that holds for few may come fewer at a time."),
  Operation.Parameter(name: "cursor", place: "query", schema: Schema.text, description: "`next` of the page before."),
]

private func customerOperations() -> [Operation] {
  [
    Operation(
      path: "/api/v1/customers", method: "get", name: "listCustomers",
      summary: "Customers, by condition and order. A page may hold fewer than its limit: as long as there is a next one, go on with it",
      tag: "Customers",
      parameters: listParameters + pageParameters + [at], answer: Schema.reference("CustomerPage"), errors: [400] + usualErrors),
    about("", "getCustomer", "One customer", [at], "Customer"),
    about("/explanation", "explainCustomer", "Why the score is what it is", [at], "Explanation"),
    about("/history", "getHistory", "Score changes, newest first", [], "History"),
    about("/timeline", "getTimeline", "Everything that happened, newest first", pageParameters, "TimelinePage"),
    about("/events", "getEvents", "Events as they came, newest first, without those that are summed up", pageParameters, "EventPage"),
  ]
}

private let listParameters = [
  Operation.Parameter(
    name: "where", place: "query", schema: Schema.text,
    description: "A condition in the expression language, such as band == \"critical\" and mrr > 500."),
  Operation.Parameter(
    name: "sort", place: "query",
    schema: [
      "type": "string",
      "enum": .array(Inquiries.CustomerQuery.Sort.allCases.flatMap { [.string($0.rawValue), .string("-" + $0.rawValue)] }),
    ],
    description: "A minus before it: highest first."),
]

private func about(
  _ suffix: String, _ name: String, _ summary: String, _ parameters: [Operation.Parameter], _ schema: String
) -> Operation {
  Operation(
    path: "/api/v1/customers/{id}" + suffix, method: "get", name: name, summary: summary, tag: "Customers",
    parameters: [customerID] + parameters, answer: Schema.reference(schema),
    errors: (parameters.isEmpty ? [] : [400]) + [401, 403, 404, 503])
}

private func companyOperations() -> [Operation] {
  [
    Operation(
      path: "/api/v1/health", method: "get", name: "getHealth", summary: "The company in numbers", tag: "Company", parameters: [at],
      answer: Schema.reference("Summary"), errors: [400] + usualErrors),
    Operation(
      path: "/api/v1/alerts", method: "get", name: "listAlerts", summary: "Alerts, newest first", tag: "Company",
      parameters: [.init(name: "state", place: "query", schema: Schema.words(Alert.State.self), description: "Only those in this state.")]
        + pageParameters, answer: Schema.reference("AlertPage"), errors: [400] + usualErrors),
    Operation(
      path: "/api/v1/stats", method: "get", name: "getStatistics", summary: "Counts since the database was made", tag: "Company",
      answer: Schema.reference("Statistics"), errors: usualErrors),
  ]
}

private func importOperation(_ limits: ServerLimits) -> Operation {
  let file: JSON = ["schema": Schema.text]
  return Operation(
    path: "/api/v1/import/{kind}", method: "post", name: "importRecords",
    summary: "Takes a file of records, at most \(limits.importBody >> 20) MB, CSV or NDJSON, gzip too. Repeating it changes nothing",
    tag: "Import",
    parameters: [
      .init(name: "kind", place: "path", schema: Schema.words(RecordKind.self), description: "What the records are."),
      .init(
        name: "map", place: "query", schema: Schema.list(of: Schema.text),
        description: "field=column, repeated: where a field is found; fields not named here are found by the usual column names."),
      .init(name: "where", place: "query", schema: Schema.list(of: Schema.text), description: "column=value, repeated: only such lines."),
      .init(name: "strict", place: "query", schema: Schema.flag, description: "Break off at the first bad line."),
    ],
    requestBody: ["required": true, "content": ["text/csv": file, "application/x-ndjson": file]],
    answer: Schema.reference("ImportResult"), errors: [400, 401, 403, 404, 408, 413, 422, 429, 503])
}

private func documentOperation() -> Operation {
  Operation(
    path: "/api/v1/openapi.json", method: "get", name: "getOpenAPI", summary: "This document", tag: "Operations", answer: Schema.openObject,
    errors: [401, 403, 503])
}
