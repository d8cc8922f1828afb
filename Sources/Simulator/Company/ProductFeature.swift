import Domain

/// The twelve features of the simulated product, in the order of the bits that say who adopted them.
public enum ProductFeature: Int, CaseIterable, Hashable, Sendable {
  case reportCreated, reportShared, dashboardViewed, dashboardCreated, dataSourceConnected, alertConfigured, exportDownloaded, commentAdded,
    teammateInvited, apiCalled, automationRun, templateUsed

  /// The name of the event that stands for using it.
  public var event: String {
    switch self {
    case .reportCreated: "Report Created"
    case .reportShared: "Report Shared"
    case .dashboardViewed: "Dashboard Viewed"
    case .dashboardCreated: "Dashboard Created"
    case .dataSourceConnected: "Data Source Connected"
    case .alertConfigured: "Alert Configured"
    case .exportDownloaded: "Export Downloaded"
    case .commentAdded: "Comment Added"
    case .teammateInvited: "Teammate Invited"
    case .apiCalled: "API Called"
    case .automationRun: "Automation Run"
    case .templateUsed: "Template Used"
    }
  }

  /// How often it is used, by those who use it.
  var frequency: Double {
    switch self {
    case .dashboardViewed: 6
    case .reportCreated, .apiCalled: 3
    case .reportShared, .exportDownloaded, .commentAdded, .automationRun: 2
    case .dashboardCreated, .templateUsed: 1
    case .alertConfigured, .teammateInvited: 0.5
    case .dataSourceConnected: 0.3
    }
  }

  /// How likely it is the next one a customer takes up.
  var appeal: Double {
    switch self {
    case .dashboardViewed, .reportCreated: 8
    case .dataSourceConnected, .teammateInvited, .templateUsed: 4
    case .reportShared, .exportDownloaded, .dashboardCreated: 3
    case .commentAdded, .alertConfigured: 2
    case .apiCalled, .automationRun: 1
    }
  }

  /// What the product's code would send along.
  func properties(_ random: inout SplitMix64) -> [JSON.Member] {
    func text(_ name: String, _ choices: [String]) -> JSON.Member { JSON.Member(name, .string(random.pick(choices))) }
    func whole(_ name: String, _ range: ClosedRange<Int>) -> JSON.Member { JSON.Member(name, .integer(Int64(random.whole(in: range)))) }
    return switch self {
    case .reportCreated: [text("type", ["table", "funnel", "cohort", "pivot"]), whole("columns", 3...24)]
    case .reportShared: [text("channel", ["email", "link", "slack"]), whole("recipients", 1...12)]
    case .dashboardViewed: [text("dashboard", ["sales", "operations", "finance", "support", "overview"]), whole("widgets", 2...16)]
    case .dashboardCreated: [whole("widgets", 1...10), JSON.Member("from_template", .bool(random.chance(0.4)))]
    case .dataSourceConnected: [text("source", ["postgresql", "bigquery", "google_sheets", "stripe", "hubspot", "csv"])]
    case .alertConfigured: [text("channel", ["email", "slack"]), whole("threshold", 1...100)]
    case .exportDownloaded: [text("format", ["csv", "xlsx", "pdf"]), whole("rows", 10...20_000)]
    case .commentAdded: [whole("length", 8...400), whole("mentions", 0...3)]
    case .teammateInvited: [text("role", ["viewer", "editor", "admin"])]
    case .apiCalled: [text("endpoint", ["/v2/query", "/v2/datasets", "/v2/exports"]), whole("duration_ms", 12...900)]
    case .automationRun: [text("automation", ["weekly-report", "sync", "cleanup", "notify"]), whole("steps", 1...9)]
    case .templateUsed: [text("template", ["sales-pipeline", "board-report", "web-traffic", "unit-economics"])]
    }
  }
}
