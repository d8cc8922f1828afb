import Dashboard
import Domain
import Engine
import Hummingbird

/// How the company's customers are, over time and by group.
struct HealthRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] { [PageRoute(.get, "/health", .look, show)] }

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    let overview = try await house.inquiries.healthOverview()
    let lines = try await house.inquiries.lines(of: overview.movers.map(\.id))
    let page = HealthPage(
      at: overview.now.at, bands: house.blueprint.model.bands, scores: Self.histogram(overview.now), counts: overview.now.bands,
      average: overview.now.average,
      weekAgo: overview.weekAgo.map {
        HealthPage.Past(day: Day(number: overview.today.number - 7), bands: $0.bands, average: $0.average)
      },
      days: overview.days.map { HealthPage.Past(day: $0.day, bands: $0.bands, average: $0.average) },
      flows: overview.flows.map { HealthPage.Flow(from: $0.from, to: $0.to, customers: $0.customers) },
      movers: overview.movers.map {
        HealthPage.Mover(customer: lines.line(of: $0.id), from: $0.from, to: $0.to, reason: $0.reason?.words)
      },
      moversAt: overview.flowsAt, tiers: Self.groups(overview, .tier), stages: Self.groups(overview, .journey),
      groupsAt: overview.groupsAt)
    return .html(page.html(request.shell(.health, title: "Health")))
  }

  /// How many customers have each score from 0 to 100.
  private static func histogram(_ snapshot: HealthSnapshot) -> [Int] {
    snapshot.scores.reduce(into: [Int](repeating: 0, count: 101)) { counts, part in
      if counts.indices.contains(part.score) { counts[part.score] += part.customers }
    }
  }

  private static func groups(_ overview: HealthOverview, _ kind: HealthGroup.Kind) -> [HealthPage.Group] {
    overview.groups.filter { $0.kind == kind }.map { group in
      let name: HealthPage.Group.Name =
        switch group.name {
        case .named(let name): .named(name)
        case .rest: .rest
        case .none: .unknown
        }
      return HealthPage.Group(name: name, bands: group.bands, average: group.average)
    }
  }
}
