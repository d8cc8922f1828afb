import Domain

/// The keys under `health:`.
extension Keys {
  static let health = ObjectShape(
    doc: "How signals become the health score, 0–100.",
    fields: [
      Field("bands", .object(bands), "Where the bands begin."),
      Field(
        "pillars", .map(keys: .names, .object(pillar)), "Groups of measures by name. Their maxima sum to 100.", required: true),
      Field(
        "variants", .list(.object(variant), count: 0...50),
        "Other measures for the customers of a segment. The first whose segment holds counts."),
      Field("caps", .map(keys: .names, .object(cap)), "Limits to the score while a condition holds."),
      Field("freshness", .object(freshness), "How old the newest data of each kind may be before coverage calls it stale."),
    ])

  private static let bands = ObjectShape(
    doc: "Where the bands begin; below `at_risk_from` a customer is critical.",
    fields: [
      Field("healthy_from", .integer(60...90), "Healthy from this score.", default: 70),
      Field("at_risk_from", .integer(30...60), "At risk from this score.", default: 40),
    ])

  private static let pillar = ObjectShape(
    doc: "A named group of measures.",
    fields: [
      Field("max", .integer(0...100), "The most points it can give.", required: true),
      Field(
        "measures", .map(keys: .names, measure), "Its measures by name. Their maxima sum to the pillar's.", required: true),
    ])

  private static let variant = ObjectShape(
    doc: "Other measures for the customers of a segment.",
    fields: [
      Field("segment", .name, "The segment.", required: true),
      Field(
        "measures", .map(keys: .names, measure),
        "Measures that replace the model's of the same name; each keeps its maximum.", required: true),
    ])

  private static let cap = ObjectShape(
    doc: "A limit to the score while a condition holds.",
    fields: [
      Field("limit", .integer(0...100), "The score is never above this.", required: true),
      Field("when", .expression, "The condition.", required: true),
      Field("reason", .text, "Shown to people.", required: true),
    ])

  private static let freshness = ObjectShape(
    doc: "How old the newest data of each kind may be; `never` asks for none.",
    fields: [
      Field("events", .duration(.hours(1) ... .days(366), orNever: true), "Events.", default: "2d"),
      Field("tickets", .duration(.hours(1) ... .days(366), orNever: true), "Tickets.", default: "7d"),
      Field("subscriptions", .duration(.hours(1) ... .days(366), orNever: true), "Subscriptions.", default: "31d"),
    ])

  // MARK: Measures

  static let measure = Shape.forms([
    Shape.Form(key: "age_of", object: ageMeasure),
    Shape.Form(key: "tickets", object: ticketMeasure),
    Shape.Form(key: "features", object: featureMeasure),
    Shape.Form(key: "signal", object: signalMeasure),
  ])

  private static let commonMeasureFields = [
    Field("max", .integer(0...100), "The most points it can give. Default: the pillar's, where it is the only measure."),
    Field("title", .text, "For people. Default: the key with spaces."),
  ]

  private static let ageMeasure = ObjectShape(
    doc: "Points by how long ago an event last happened.",
    fields: [
      Field("age_of", .text, "The event: its key, `usage`, `activity`, or its name as sent.", required: true),
      Field(
        "steps",
        .list(
          ageStep(.hours(1) ... .days(3_650)),
          leading: [ageStep(.days(1) ... .days(7)), ageStep(.days(2) ... .days(14)), ageStep(.days(8) ... .days(60))],
          count: 1...10),
        "The first step whose time is not over gives its points.", required: true),
      Field("otherwise", .integer(0...100), "Points after the last step, or where it never happened.", default: 0),
    ] + commonMeasureFields)

  private static func ageStep(_ range: ClosedRange<TimeSpan>) -> Shape {
    .object(
      "One step.",
      [
        Field("within", .duration(range), "Less than this long ago.", required: true),
        Field("points", .integer(0...100), "The points it gives.", required: true),
      ])
  }

  private static let ticketMeasure = ObjectShape(
    doc: "All points, less a penalty for each ticket.",
    fields: [
      Field(
        "tickets", .choice(["open", "unresolved"]),
        "`open`: open or pending. `unresolved`: those opened at least `older_than` ago.", required: true),
      Field("penalty", .integer(5...20), "Points off for each.", default: 10),
      Field("older_than", .duration(.hours(1) ... .days(90)), "For `unresolved`: how old a ticket must be to count.", default: "7d"),
    ] + commonMeasureFields)

  private static let featureMeasure = ObjectShape(
    doc: "Points for each distinct feature used.",
    fields: [
      Field("features", .choice(["all", "core"]), "Which features count.", required: true),
      Field("within", .duration(.days(1) ... .days(366)), "Used within this time. Default: ever."),
      Field("points_each", .integer(1...10), "Points for each feature.", default: 5),
      Field("core_bonus", .integer(0...20), "Points once any core feature was used.", default: 0),
    ] + commonMeasureFields)

  private static let signalMeasure = ObjectShape(
    doc: "Points for any signal.",
    fields: [
      Field("signal", .expression, "The signal, an expression.", required: true),
      Field("points", .object(points), "How its value becomes points.", required: true),
      Field("missing", .integer(0...100), "Points where the signal is missing.", default: 0),
    ] + commonMeasureFields)

  private static let points = ObjectShape(
    doc: "How a value becomes points; the result is kept within 0 and the measure's maximum.",
    fields: [
      Field("below", .list(limitStep, count: 1...20), "Rising limits: the first that the value is below gives its points."),
      Field("at_least", .list(limitStep, count: 1...20), "Falling limits: the first that the value reaches gives its points."),
      Field("each", .number(-100...100), "Points for each one of a number; may be negative."),
      Field("share", .boolean, "`true`: the number is the share 0–1 of the maximum."),
      Field("values", .map(keys: .texts, .integer(0...100)), "Points by value, of a text, boolean or number."),
      Field("otherwise", .integer(0...100), "For `below`, `at_least`, `values`: points where nothing fits.", default: 0),
      Field(
        "start", .integer(0...100), "For `each`: points at zero. Default: 0, or the maximum where `each` is negative."),
      Field("bonus", .integer(0...20), "For `each`: points once `bonus_when` holds.", default: 0),
      Field("bonus_when", .expression, "For `each`: the condition of the bonus."),
    ],
    exactlyOneOf: ["below", "at_least", "each", "share", "values"])

  private static let limitStep = Shape.object(
    "One step.",
    [
      Field("limit", .quantity, "A number or a duration.", required: true),
      Field("points", .integer(0...100), "The points it gives.", required: true),
    ])
}
