import Domain
import Engine
import HTTPTypes
import Hummingbird
import Testing

@testable import Server

@Suite("The OpenAPI document")
struct OpenAPITests {
  private let document = OpenAPIDocument.json(limits: ServerLimits())

  @Test("It describes every address that is served, and none besides")
  func complete() async throws {
    let served = Set(TrackingEndpoint.all.flatMap { endpoint in endpoint.methods.map { "\($0) \(endpoint.path)" } })
    let described = Set(
      (document["paths"]?.members ?? []).flatMap { path in
        (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
      })
    #expect(served.subtracting(described).isEmpty)
    try await TestServer.run { server in
      for line in described {
        let parts = line.split(separator: " ")
        let path = parts[1].replacing("{id}", with: "acme").replacing("{kind}", with: "customers").replacing("{type}", with: "track")
          .replacing("{writeKey}", with: server.writeKey)
        let method = try #require(HTTPRequest.Method(rawValue: String(parts[0])))
        let answer = try await server.send(method, String(path), headers: [.authorization: "Bearer \(server.apiKey)"])
        #expect(answer.status != 405 && answer.text != Self.nothingHere, "\(line): \(answer.status)")
      }
    }
  }

  private static let nothingHere = Problem.notFound().document.printed()

  @Test("Every reference leads somewhere, every operation has its own name, every parameter of a path is described")
  func consistent() {
    var references: [String] = []
    Self.walk(document) { if let reference = $0["$ref"]?.string { references.append(reference) } }
    let check = SchemaCheck(document: document)
    #expect(!references.isEmpty && references.allSatisfy { check.resolve($0) != nil })
    var names: [String] = []
    for path in document["paths"]?.members ?? [] {
      for operation in path.value.members ?? [] {
        names.append(operation.value["operationId"]?.string ?? "")
        let described = (operation.value["parameters"]?.array ?? []).filter { $0["in"] == "path" }.compactMap { $0["name"]?.string }
        let needed = path.name.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        #expect(described == needed, "\(path.name)")
      }
    }
    #expect(Set(names).count == names.count)
  }

  private static func walk(_ json: JSON, _ visit: (JSON) -> Void) {
    visit(json)
    for member in json.members ?? [] { walk(member.value, visit) }
    for item in json.array ?? [] { walk(item, visit) }
  }

  @Test("What the views print is what the document says")
  func views() throws {
    let check = SchemaCheck(document: document)
    let now = TestServer.noon
    let health = Health(
      score: 31, band: .critical, coverage: 0.7, calculatedAt: now, nextChangeAt: nil, model: "m",
      points: [.init(name: "last_login", points: 1)])
    let customer = CustomerSummary(
      id: "acme", name: nil, startedAt: now, journey: .renewal, health: health, attributes: [.init("plan", "pro"), .init("seats", 4)])
    var unscored = customer
    unscored.health = nil
    let change = HealthChange(
      at: now, from: nil, to: 31, bandFrom: nil, bandTo: .critical, cause: .data, model: "m", points: [.init(name: "last_login", points: 1)]
    )
    let alert = Alert(
      id: "1", customer: "acme", kind: .critical, reason: "score", state: .open, openedAt: now, updatedAt: now, score: 31, band: .critical)
    let summary = HealthSummary(
      at: now, customers: 1, average: 31.04, bands: [.critical: 1], movers: [.init(id: "acme", name: nil, from: 70, to: 31)], moversAt: now)
    let event = EventView(messageID: "m", name: "Signed In", at: now, receivedAt: now, properties: [])
    let cases: [(JSON, String)] = [
      (customersJSON(Page(items: [customer, unscored], next: "x")), "CustomerPage"), (historyJSON([change]), "History"),
      (timelineJSON(Page(items: [TimelineEntry(at: now, kind: .score, title: "31")], next: nil)), "TimelinePage"),
      (eventsJSON(Page(items: [event], next: nil)), "EventPage"), (summaryJSON(summary), "Summary"),
      (alertsJSON(Page(items: [alert], next: nil)), "AlertPage"), (explanationJSON(Self.report(customer)), "Explanation"),
      (
        statisticsJSON(.init(accepted: 1, duplicate: 2, rejected: 3, foldLag: .milliseconds(1_500), rejectedByReason: ["no_id": 3])),
        "Statistics"
      ), (Problem.tooLarge(limit: 1).document, "Problem"),
    ]
    for (json, name) in cases { #expect(check.faults(json, Schema.reference(name)) == [], "\(name)") }
    #expect(check.faults(["customers": 1], Schema.reference("CustomerPage")).count == 2)
  }

  private static func report(_ customer: CustomerSummary) -> ExplanationReport {
    let measures = [
      MeasureScore(name: "last_login", title: "Last login", signal: .duration(.days(9)), points: 20, max: 40),
      MeasureScore(name: "nps", title: "NPS", signal: nil, points: 0, max: 0),
    ]
    let explanation = Explanation(
      customer: "acme", at: TestServer.noon, score: 15, band: .critical, variant: nil, model: "m",
      pillars: [.init(name: "engagement", points: 20, max: 40, measures: measures)],
      adjustments: [.init(name: "payment", limit: 15, points: -5, reason: "A payment has failed.")],
      coverage: .init(share: 0.5, gaps: [.init(measure: "nps", reason: "nobody has answered")]), until: nil)
    let difference = ExplanationReport.PointsDifference(measure: "last_login", from: 30, to: 20)
    return ExplanationReport(
      summary: customer, explanation: explanation,
      nextChange: .init(at: TestServer.noon, score: 10, band: .critical, differences: [difference]), advice: nil,
      sinceYesterday: [difference], sinceLastWeek: [], trend: .init(direction: .declining, slope: -1.5, bandChanges: 1))
  }

  @Test("Real answers are what the document says")
  func answers() async throws {
    let check = SchemaCheck(document: document)
    try await TestServer.run { server in
      let served = try await server.api(.get, "/api/v1/openapi.json")
      #expect(served.json == check.document)
      for (path, name) in [
        ("customers", "CustomerPage"), ("health", "Summary"), ("alerts", "AlertPage"), ("stats", "Statistics"), ("tasks", "TaskPage"),
      ] {
        let answer = try await server.api(.get, "/api/v1/" + path)
        #expect(answer.status == 200)
        #expect(check.faults(answer.json, Schema.reference(name)) == [], "\(path): \(answer.text)")
      }
      let imported = try await server.api(.post, "/api/v1/import/customers", body: "id\nacme\n\"\n")
      #expect(check.faults(imported.json, Schema.reference("ImportResult")) == [], "\(imported.text)")
      let error = try await server.track("/v1/track", "{")
      #expect(check.faults(error.json, Schema.reference("TrackingError")) == [], "\(error.text)")
    }
  }
}
