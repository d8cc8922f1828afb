import Domain
import Settings
import Testing

@Suite("Starters")
struct StarterTests {
  @Test("load without errors, warning only of the unset webhook", arguments: ["sop", "full"])
  func loads(name: String) throws {
    let starter = try #require(Starter.named(name))
    let result = SettingsLoader.load(files: starter.files)
    #expect(
      result.diagnostics.map(\.description) == [
        "holdfast.yaml:12:18: warning: the environment variable SLACK_WEBHOOK_URL is not set; this channel sends nothing until it is"
      ])
    let blueprint = try #require(result.blueprint)
    #expect(blueprint.catalog.features.count == 12)
    #expect(blueprint.model.pillars.map(\.name) == ["engagement", "support", "value"])
    #expect(blueprint.model.pillars.map(\.max) == [40, 30, 30])
    #expect(blueprint.channels == [Channel(name: "success_team", kind: .slackWebhook(url: nil))])
  }

  @Test("sop is the table of the standard procedure")
  func sop() throws {
    let model = try #require(SettingsLoader.load(files: Starter.sop.files).blueprint?.model)
    let measures = model.pillars.flatMap(\.measures)
    #expect(measures.map(\.signal.source) == ["age(login)", "open_tickets", "features()"])
    #expect(
      measures.map(\.signal.term) == [
        .signal(.age(.named("Signed In"))), .signal(.openTickets), .signal(.features(core: false, within: nil)),
      ])
    #expect(
      measures.map(\.rule) == [
        .below(
          [
            .init(limit: .duration(.days(1)), points: 40), .init(limit: .duration(.days(7)), points: 30),
            .init(limit: .duration(.days(30)), points: 20),
          ], otherwise: 0),
        .each(start: 30, each: -10, bonus: 0, bonusWhen: nil),
        .each(start: 0, each: 5, bonus: 0, bonusWhen: nil),
      ])
    #expect(model.bands == Bands())
  }
}
