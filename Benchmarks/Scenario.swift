/// What can be measured.
enum Scenario: String, CaseIterable, Hashable, Sendable {
  case intake
  case single
  case alerts
  case `import`
  case nodes
  case reads
  case pages
  case start
  case batch

  /// For the list of options.
  var meaning: String {
    switch self {
    case .intake: "events at full speed, until they are scored"
    case .single: "one event on an idle server: its answer, its score"
    case .alerts: "from the record that turns a customer critical to Slack, idle and at full speed"
    case .import: "holdfast import events"
    case .nodes: "events at full speed on two nodes of one PostgreSQL database, and on one"
    case .reads: "the API while events come at half the full speed"
    case .pages: "pages in a browser: first paint, weight; the week's digest"
    case .start: "start to ready: new, filled, after a clean stop, after kill -9 under load; memory at rest"
    case .batch: "the daily batch, and a nightly query over the raw events instead"
    }
  }

  /// What costs more with more customers than with few, if anything does.
  var growsWithCustomers: Bool { self != .import && self != .nodes }

  func isPossible(on database: DatabaseKind) -> Bool { self != .nodes || database == .postgres }

  /// - Throws: `Failure`; figures that were there before stay in the report.
  func play(on stage: Stage, into report: inout Report) throws {
    switch self {
    case .intake: try IntakeScenario(stage: stage).play(into: &report)
    case .single: try SingleScenario(stage: stage).play(into: &report)
    case .alerts: try AlertScenario(stage: stage).play(into: &report)
    case .import: try ImportScenario(stage: stage).play(into: &report)
    case .nodes: try NodesScenario(stage: stage).play(into: &report)
    case .reads: try ReadScenario(stage: stage).play(into: &report)
    case .pages: try PageScenario(stage: stage).play(into: &report)
    case .start: try StartScenario(stage: stage).play(into: &report)
    case .batch: try BatchScenario(stage: stage).play(into: &report)
    }
  }
}
