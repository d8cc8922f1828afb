import Domain

/// Every key of the settings, as data.
enum Keys {
  static let root = ObjectShape(
    doc: "Settings of Holdfast. Each top-level key may stand in one file of the directory only.",
    fields: [
      Field("company", .text, "The company's name, for messages.", required: true),
      Field("time_zone", .timeZone, "IANA name of the zone for daily and weekly work, like `Europe/Berlin`.", default: "UTC"),
      Field(
        "public_url", .url(), "Where people reach this server, for links in messages.", default: "http://127.0.0.1:8080"),
      Field("daily_batch", .timeOfDay(), "Local time at which every score is derived anew and compared.", default: "02:00"),
      Field("events", .map(keys: .names, .text), "Words for events, with the name that SDKs send: `login: Signed In`."),
      Field("features", .map(keys: .names, .either(.text, feature)), "Events that count as using a feature of the product."),
      Field("goals", .map(keys: .names, .either(.text, goal)), "Milestones: the name of the event that reaches one, or a condition."),
      Field(
        "attributes", .map(keys: .names, .either(attributeType, attribute)),
        "Attributes of customers that expressions may use, with their type."),
      Field(
        "owner_attribute", .text,
        "The attribute, by the name under which it arrives, that names the person who looks after a customer: an email address.",
        default: "owner"),
      Field("segments", .map(keys: .names, .either(.expression, segment)), "Named conditions over a customer."),
      Field("health", .object(health), "How signals become the health score.", required: true),
      Field("alerts", .object(alerts), "Messages about one customer."),
      Field("digests", .object(digests), "Summaries on a schedule."),
      Field("channels", .map(keys: .names, channel), "Ways out to people, by name."),
      Field("sources", .map(keys: .names, .object(source)), "Queries into your own databases whose rows become records."),
      Field("retention", .object(retention), "How long what happened is kept in every detail."),
      Field("labels", .object(labels), "What roles, and Holdfast itself where it acts, are called on pages."),
      Field("sign_in", .object(signIn), "How people sign in, besides with a password of their own."),
    ])

  static let feature = ObjectShape(
    doc: "A feature of the product.",
    fields: [
      Field("event", .text, "The event that counts as using it, as SDKs send it.", required: true),
      Field("title", .text, "For people. Default: the key with spaces."),
      Field("core", .boolean, "Whether it is one of the features that the product is bought for.", default: false),
    ])

  static let goal = ObjectShape(
    doc: "A milestone, reached once its event has happened or while its condition holds.",
    fields: [
      Field("event", .text, "The event that reaches it, as SDKs send it."),
      Field("when", .expression, "The condition under which it is reached."),
      Field("title", .text, "For people. Default: the key with spaces."),
    ],
    exactlyOneOf: ["event", "when"])

  static let attributeType = Shape.choice(["boolean", "number", "text", "date"])

  static let attribute = ObjectShape(
    doc: "An attribute of a customer.",
    fields: [
      Field("type", attributeType, "Its type.", required: true),
      Field("trait", .text, "The name under which it arrives. Default: the key."),
    ])

  static let segment = ObjectShape(
    doc: "A named condition over a customer.",
    fields: [
      Field("when", .expression, "The condition.", required: true),
      Field("title", .text, "For people."),
    ])

  static let alerts = ObjectShape(
    doc: "Messages about one customer.",
    fields: [
      Field("critical", .either(.choice(["off"]), criticalAlert), "A customer became critical: one message, or `off`.")
    ])

  private static let criticalAlert = ObjectShape(
    doc: "A customer became critical.",
    fields: [
      Field("to", .list(.name, count: 1...20), "The channels that get the message.", required: true),
      Field(
        "delay", .duration(.zero ... .minutes(60)), "Waits this long and tells only if the customer is still critical.", default: "0m"),
      Field(
        "cool_down", .duration(.days(3) ... .days(30)), "No second message about the same customer and reason within this time.",
        default: "7d"),
      Field("hysteresis", .integer(0...20), "The alert closes only at `at_risk_from` plus this many points.", default: 5),
      Field(
        "history_age", .duration(.hours(1) ... .days(30)),
        "What happened longer ago than this when it arrives is history: it moves the score and tells nobody.", default: "1d"),
      Field(
        "task", .either(.choice(["off"]), alertTask),
        "Work for the customer's owner, made with the alert, or `off`. Default: a call within 24 h."),
    ])

  private static let alertTask = ObjectShape(
    doc: "The task that an alert makes for the customer's owner.",
    fields: [
      Field("title", .text, "What to do; `{customer}` stands for the customer's name.", default: "Call {customer}"),
      Field("due", .duration(.hours(4) ... .hours(48)), "How long after the alert it is due.", default: "24h"),
      Field("priority", .oneOf(CustomerTask.Priority.self), "How it stands among other tasks.", default: "high"),
    ])

  static let source = ObjectShape(
    doc: "A query into a database of yours, run again and again; see docs/sources.md.",
    fields: [
      Field("kind", .choice(Source.kinds.map(\.rawValue)), "What a row is.", required: true),
      Field(
        "database", .secret, "Where: `postgres://…`, as a secret since it holds a password, or `sqlite:PATH`.", required: true),
      Field("query", .query, "One SELECT, without parameters.", required: true),
      Field("watermark", .text, "The column that grows with each change of a row. Without it each run reads all rows."),
      Field("map", .map(keys: .texts, .text), "Columns by field, as with `--map` of imports. Default: the usual names."),
      Field("attributes", .columns, "For customers: what becomes attributes. Default: every column that no field uses."),
      Field("traits", .columns, "For contacts: what becomes traits. Default: every column that no field uses."),
      Field("every", .duration(.minutes(1) ... .days(7)), "From one run to the next.", default: "1h"),
      Field(
        "overlap", .duration(.zero ... .days(1)),
        "How far before the watermark a run begins, for transactions that end late; where the watermark is a time.", default: "5m"),
      Field(
        "full", .timeOfDay(orOff: true),
        "Local time of the daily run that reads all rows and finds those that are not there any more, or `off`.", default: "03:00"),
      Field("deletions", .choice(["apply", "ignore"]), "What a row means that a full run does not find any more.", default: "apply"),
      Field("page", .integer(10...5_000), "Rows read at once.", default: 1_000),
    ])

  static let retention = ObjectShape(
    doc: "How long what happened is kept in every detail.",
    fields: [
      Field(
        "events", .duration(.days(30) ... .days(3650), orNever: true),
        "Events older than this are summed up by day; scores stay as they are. `never`: every event is kept.", default: "never")
    ])

  static let automation = "automation"

  static let labels = ObjectShape(
    doc: "What roles, and Holdfast itself where it acts, are called on pages.",
    fields: Role.allCases.map { Field($0.rawValue, .text, "The label of the role \($0.title).", default: .string($0.title)) } + [
      Field(automation, .text, "The label of what Holdfast does by itself.", default: .string(AuditEntry.Actor.automation.label))
    ])

  static let signIn = ObjectShape(
    doc: "How people sign in, besides with a password of their own.",
    fields: [Field("openid", .object(openID), "By the company's own sign-in: a provider of OpenID Connect; see docs/people.md.")])

  private static let openID = ObjectShape(
    doc: "A provider of OpenID Connect.",
    fields: [
      Field("name", .text, "What stands on the button: `Sign in with …`.", required: true),
      Field(
        "issuer", .url(asWritten: true),
        "The provider's name for itself, an address without `/.well-known/…`, letter for letter: with a slash at its end where it has one.",
        required: true),
      Field("client_id", .text, "What the provider calls Holdfast.", required: true),
      Field("client_secret", .secret, "The secret that goes with it: `${NAME}` or `file:PATH`.", required: true),
      Field(
        "domains", .list(.text, count: 1...100),
        "Whoever has a verified address of one of these domains comes in without an invitation. Default: nobody does."),
      Field("role", .choice(Role.allCases.map(\.rawValue)), "What such a person may do at first.", default: "viewer"),
    ])
}
