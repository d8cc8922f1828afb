import Dashboard
import Domain
import Engine
import Hummingbird

/// How the machinery runs, for those who look after it.
struct SystemRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] { [PageRoute(.get, "/system", .operate, show)] }

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    let dependencies = house.dependencies
    let machinery = try await house.inquiries.machinery(own: dependencies.program.node)
    let statistics = try await house.inquiries.statistics()
    let summary = try await house.inquiries.summary(at: nil)
    let isReady = await dependencies.isReady()
    let page = SystemPage(
      installation: .init(
        version: dependencies.program.version, database: dependencies.program.database, place: dependencies.program.place,
        configuration: String(house.blueprint.version.prefix(12)), startedAt: dependencies.program.vitals().startedAt),
      obstacles: isReady ? [] : ["The database does not answer, or scores are not brought up to date yet."],
      intake: .init(
        customers: summary.customers, accepted: statistics.accepted, duplicates: statistics.duplicate, rejected: statistics.rejected,
        rejectedByReason: statistics.rejectedByReason, lag: statistics.foldLag),
      nodes: machinery.nodes.map { node in
        .init(
          name: node.name, startedAt: node.startedAt, isThis: node.isThis, shards: node.shards,
          hasOtherConfiguration: node.blueprint.map { $0 != house.blueprint.version } ?? false)
      }, channels: channels, lastBatch: machinery.checkedAt, nextBatch: machinery.nextCheckAt,
      setAside: machinery.setAside.map { .init(at: $0.at, source: $0.source, reason: $0.reason, excerpt: $0.excerpt) },
      incidents: machinery.incidents.map { .init(at: $0.at, kind: $0.kind, detail: $0.detail) })
    return .html(page.html(request.shell(.system, title: "System")))
  }

  private var channels: [SystemPage.Channel] {
    house.blueprint.channels.map { .init(name: $0.name, kind: $0.kind.title, obstacle: $0.obstacle) }
  }
}
