import Domain
import Foundation
import Settings
import Testing

@Suite("Blueprint")
struct BlueprintTests {
  private func blueprint(_ text: String = Fixture.base) throws -> Blueprint {
    let result = Fixture.load(text)
    #expect(result.diagnostics.map(\.description) == [])
    return try #require(result.blueprint)
  }

  @Test("holds what the file says")
  func values() throws {
    let blueprint = try blueprint()
    #expect(blueprint.company == "Acme")
    #expect(blueprint.timeZone == "Europe/Berlin")
    #expect(blueprint.dailyBatchMinute == 120)
    #expect(blueprint.catalog.attributes.last == AttributeDeclaration(key: "since", trait: "started_on", type: .date))
    #expect(blueprint.catalog.features.first == FeatureDeclaration(key: "reports", title: "Reports", event: "Report Created", isCore: true))
    #expect(blueprint.segments.map(\.name) == ["enterprise", "quiet"])
    #expect(blueprint.segments.last?.title == "Quiet ones")
    #expect(blueprint.freshness == Freshness(events: .days(3), tickets: nil, subscriptions: .days(31)))
    #expect(blueprint.alerts.critical == CriticalAlert(channels: ["team"], delay: .minutes(5)))
    guard case .slackWebhook(let url) = blueprint.channels.first?.kind else {
      Issue.record("no channel")
      return
    }
    #expect(url?.reveal() == Fixture.environment["HOOK"])
  }

  @Test("every event is kept unless a retention is named", arguments: [("", nil), ("400d", TimeSpan.days(400)), ("never", nil)])
  func retention(text: String, expected: TimeSpan?) throws {
    let rule = text.isEmpty ? "" : "retention: {events: \(text)}\n"
    #expect(try blueprint(Fixture.base + rule).retention == Retention(events: expected))
  }

  @Test("a variant is complete: what it does not override is the model's")
  func variant() throws {
    let model = try blueprint().model
    let variant = try #require(model.variants.first)
    #expect(variant.segment.name == "enterprise")
    #expect(variant.pillars.map(\.max) == model.pillars.map(\.max))
    #expect(Array(variant.pillars.dropFirst()) == Array(model.pillars.dropFirst()))
    #expect(variant.pillars.first?.measures.first?.signal.term == .signal(.age(.activity)))
    #expect(variant.pillars.first?.measures.first?.rule == .below([.init(limit: .duration(.days(7)), points: 40)], otherwise: 0))
  }

  @Test(
    "every way of giving points",
    arguments: [
      ("signal: nps\n          points: {each: 1}", PointsRule.each(start: 0, each: 1, bonus: 0, bonusWhen: nil)),
      ("signal: nps\n          points: {each: -1.5}", .each(start: 10, each: -1.5, bonus: 0, bonusWhen: nil)),
      ("signal: seats_used(30d)\n          points: {share: true}", .share),
      (
        "signal: plan\n          points: {values: {pro: 5, \"big one\": 10}, otherwise: 1}",
        .values([.init(value: .text("pro"), points: 5), .init(value: .text("big one"), points: 10)], otherwise: 1)
      ),
      ("signal: subscribed\n          points: {values: {true: 10}}", .values([.init(value: .boolean(true), points: 10)], otherwise: 0)),
      (
        "signal: oldest_open_ticket\n          points: {below: [{limit: 12h, points: 10}, {limit: 3d, points: 4}]}",
        .below([.init(limit: .duration(.hours(12)), points: 10), .init(limit: .duration(.days(3)), points: 4)], otherwise: 0)
      ),
    ])
  func points(new: String, expected: PointsRule) throws {
    let old = "signal: nps\n          points: {at_least: [{limit: 9, points: 10}, {limit: 7, points: 5}]}"
    let model = try blueprint(Fixture.base.replacingOccurrences(of: old, with: new)).model
    #expect(model.pillars.last?.measures.last?.rule == expected)
  }

  @Test("the model's version follows its meaning, not its spelling")
  func version() throws {
    let version = try blueprint().model.version
    #expect(version.count == 16)
    for (old, new) in [
      ("company: Acme", "company: Acme   # comment"), ("plan == \"enterprise\"", "(plan  ==  \"enterprise\")"),
      ("A payment failed", "Unpaid"),
      ("age(login) > 14d", "age(login) > 15d"), ("company: Acme", "company: Other"), ("max: 20}", "max: 20, title: Used}"),
    ] {
      #expect(try blueprint(Fixture.base.replacingOccurrences(of: old, with: new)).model.version == version, "\(new)")
    }
    for (old, new) in [
      ("healthy_from: 70", "healthy_from: 71"), ("plan == \"enterprise\"", "plan == \"business\""), ("limit: 50", "limit: 51"),
      ("points_each: 5", "points_each: 4"), ("login: Signed In", "login: Logged In"), ("event: Report Created", "event: Report Made"),
      ("missing: 5", "missing: 4"), ("within: 7d, points: 30", "within: 6d, points: 30"),
    ] {
      #expect(try blueprint(Fixture.base.replacingOccurrences(of: old, with: new)).model.version != version, "\(new)")
    }
  }

  @Test("the blueprint's version follows its values, not comments or the division into files")
  func blueprintVersion() throws {
    let version = try blueprint().version
    #expect(try blueprint("# hello\n" + Fixture.base).version == version)
    let parts = Fixture.base.components(separatedBy: "health:\n")
    let split = SettingsLoader.load(files: [("b.yaml", "health:\n" + parts[1]), ("a.yaml", parts[0])], environment: Fixture.environment)
    #expect(split.blueprint?.version == version)
    #expect(try blueprint(Fixture.base.replacingOccurrences(of: "Acme", with: "Acme 2")).version != version)
  }

  @Test("secrets come from the environment or a file and are never shown")
  func secrets() throws {
    let text = Fixture.base.replacingOccurrences(of: "${HOOK}", with: "file:hook.txt")
    let result = SettingsLoader.load(files: [("a.yaml", text)]) { $0 == "hook.txt" ? "https://hooks.example.com/secret\n" : nil }
    #expect(result.diagnostics.isEmpty)
    #expect(!"\(String(describing: result.blueprint))".contains("secret"))
    let missing = SettingsLoader.load(files: [("a.yaml", text)])
    #expect(missing.blueprint?.channels == [Channel(name: "team", kind: .slackWebhook(url: nil))])
    #expect(missing.diagnostics.map(\.severity) == [.warning])
    let open = SettingsLoader.load(files: [
      ("a.yaml", Fixture.base.replacingOccurrences(of: "${HOOK}", with: "https://hooks.example.com/secret"))
    ])
    #expect(open.blueprint != nil)
    #expect(
      open.diagnostics.map(\.description) == [
        "a.yaml:49:36: warning: a secret stands in the open here; keep it in an environment variable or a file"
          + ", did you mean \"${SLACK_WEBHOOK_URL}\"?"
      ])
    let wrong = SettingsLoader.load(files: [("a.yaml", Fixture.base)], environment: ["HOOK": "hunter2"])
    #expect(wrong.blueprint == nil)
    #expect(!"\(wrong.diagnostics)".contains("hunter2"))
  }

  @Test("alerts can be switched off")
  func off() throws {
    let text = Fixture.base.replacingOccurrences(of: "critical: {to: [team], delay: 5m}", with: "critical: off")
    #expect(try blueprint(text).alerts.critical == nil)
  }

  @Test(
    "the task of a critical alert is a call within a day, unless it is told otherwise or switched off",
    arguments: [
      ("delay: 5m", AlertTask()), ("task: off", nil), ("task: {}", AlertTask()),
      ("task: {title: Write, due: 8h, priority: low}", AlertTask(title: "Write", due: .hours(8), priority: .low)),
      ("task: {due: 3d, unchecked: true}", AlertTask(due: .days(3))),
    ])
  func alertTask(rule: String, task: AlertTask?) throws {
    let text = Fixture.base.replacingOccurrences(of: "critical: {to: [team], delay: 5m}", with: "critical: {to: [team], \(rule)}")
    #expect(try blueprint(text).alerts.critical?.task == task)
  }

  @Test("the owner's attribute is called owner, or as it is named; a due time out of range and an unknown priority are errors")
  func owner() throws {
    #expect(try blueprint().ownerAttribute == "owner")
    #expect(try blueprint(Fixture.base + "owner_attribute: account_manager\n").ownerAttribute == "account_manager")
    for wrong in ["task: {due: 3d}", "task: {due: 1h}", "task: {priority: urgent}", "task: {titel: x}", "task: on"] {
      let text = Fixture.base.replacingOccurrences(of: "critical: {to: [team], delay: 5m}", with: "critical: {to: [team], \(wrong)}")
      #expect(Fixture.load(text).errors.count == 1, "\(wrong)")
    }
  }

  @Test("Roles and the automation have the labels that the company gives them, and the usual ones else")
  func labels() throws {
    let labels = try blueprint(Fixture.base + "labels: {executive: Chairman, automation: EVA}\n").labels
    #expect(labels.name(of: .executive) == "Chairman" && labels.name(of: .successManager) == "success manager")
    let stored = AuditEntry.Actor.automation.label
    #expect(labels.name(ofActor: stored) == "EVA" && labels.name(ofActor: "ann@example.com") == "ann@example.com")
    #expect(labels.actor(named: "EVA") == stored && labels.actor(named: "ann@example.com") == "ann@example.com")
    #expect(try blueprint(Fixture.base).labels == RoleLabels())
    #expect(RoleLabels().name(ofActor: stored) == stored)
  }

  @Test("a directory is read as its yaml files, and a missing one is said to be")
  func directory() throws {
    let path = NSTemporaryDirectory() + "holdfast-settings-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      SettingsDirectory(path: path).load(environment: [:]).errors.map(\.message)
        == ["there is no .yaml file in this directory; `holdfast init DIR` writes some to start from"])
    for file in Starter.full.files { try file.text.write(toFile: path + "/" + file.name, atomically: true, encoding: .utf8) }
    #expect(SettingsDirectory(path: path).load(environment: [:]).blueprint?.catalog.features.count == 12)
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: path + "/x.yaml"))
    #expect(SettingsDirectory(path: path).load(environment: [:]).errors.map(\.description) == ["x.yaml:1:1: error: the file is not UTF-8"])
    #expect(SettingsDirectory(path: path + "/nowhere").load(environment: [:]).errors.count == 1)
  }
}
