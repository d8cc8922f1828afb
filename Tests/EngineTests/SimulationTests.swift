import Domain
import Engine
import Simulator
import Storage
import TestKit
import Testing

@Suite("A simulated company")
struct SimulationTests {
  private static let features = [
    "Report Created", "Report Shared", "Dashboard Viewed", "Dashboard Created", "Data Source Connected", "Alert Configured",
    "Export Downloaded", "Comment Added", "Teammate Invited", "API Called", "Automation Run", "Template Used",
  ]

  private static var blueprint: Blueprint {
    var blueprint = Blueprints.sop
    blueprint.model = Blueprints.model(feature: 5)
    blueprint.catalog.goals = []
    blueprint.catalog.features = features.enumerated().map {
      FeatureDeclaration(key: "f\($0.offset)", title: $0.element, event: $0.element)
    }
    return blueprint
  }

  @Test("Rule 8: forty days of a company in virtual time: each score is right, the batch finds no difference, a rebuild changes nothing")
  func played() async throws {
    let end = RandomLog.start + .days(40)
    try await withHouse(Self.blueprint) { house in
      let company = CompanyGenerator(seed: 11, customers: 60, days: 40, endingAt: end)
      try await CompanyPlayer(fold: house.fold, intake: house.intake, clock: house.clock).play(company)
      #expect(house.clock.now() == end)
      var entries: [LogEntry] = []
      var again = company
      while let day = again.nextDay() { entries += day }
      let stored = try await house.healths()
      #expect(stored.count == 60)
      for (id, customer) in ReferenceWorld(entries).customers() {
        let expected = ReferenceScore(customer, at: end, model: Self.blueprint.model, catalog: Self.blueprint.catalog)
        #expect(stored[id]?.points == expected.points, "\(id)")
      }
      let bands = Dictionary(grouping: stored.values, by: \.band).mapValues(\.count)
      #expect(bands[.healthy, default: 0] > 30 && bands[.atRisk, default: 0] > 5, "\(bands)")
      let causes = try await house.database.read { Set(try $0.rows("SELECT cause FROM health_change") { $0.text(0) }) }
      #expect(causes == ["data", "time"])
      let alerts = try await house.alerts()
      let deliveries = try await house.deliveries()
      #expect(!alerts.isEmpty && !deliveries.isEmpty && deliveries.count <= alerts.count)
      let report = try await DailyBatch(fold: house.fold).run()
      #expect(report.customers == 60 && report.differences == [])
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
      #expect(try await house.healths().mapValues(\.points) == stored.mapValues(\.points))
    }
  }
}
