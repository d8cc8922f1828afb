import Domain

/// The keys of channels and of what goes out on a schedule.
extension Keys {
  static let channel = Shape.kinds([
    Shape.Form(
      key: "slack",
      object: ObjectShape(
        doc: "An incoming webhook of Slack.",
        fields: [
          Field(
            "webhook_url", .secret, "The webhook's address: `${NAME}` for an environment variable or `file:PATH`.", required: true)
        ])),
    Shape.Form(
      key: "smtp",
      object: ObjectShape(
        doc: "A mail server; see docs/mail.md.",
        fields: [
          Field("host", .text, "The server's name.", required: true),
          Field("port", .integer(nil), "Where it listens. Default: 587; with `tls: tls` 465, with `tls: none` 25."),
          Field(
            "tls", .oneOf(MailServer.Security.self),
            "`starttls`: TLS after the greeting, required. `tls`: TLS from the first byte. `none`: in the open, on this machine.",
            default: "starttls"),
          Field("user", .text, "Who signs in. Without it nobody does."),
          Field("password", .secret, "The user's password: `${NAME}` for an environment variable or `file:PATH`."),
          Field("from", .text, "The sender: `holdfast@example.com`, or `Holdfast <holdfast@example.com>`.", required: true),
          Field(
            "to", .list(.text, count: 1...50),
            "Addresses that get digests, and alerts about customers without an owner."),
          Field("ca_file", .text, "A file of certificates (PEM) to trust in place of the system's, for a server with one of your own."),
        ])),
  ])

  static let digests = ObjectShape(
    doc: "Summaries on a schedule.",
    fields: [
      Field(
        "at_risk", .either(.choice(["off"]), atRiskDigest), "The week's summary of customers at risk, or `off`.", default: "off")
    ])

  private static let atRiskDigest = ObjectShape(
    doc: "Who is at risk, who slid and who recovered, once a week.",
    fields: [
      Field(
        "to", .list(.name, count: 1...20), "The channels that get it; by mail each address of the channel's `to` does.", required: true),
      Field("day", .oneOf(Weekday.self), "The day of the week.", default: "monday"),
      Field("hour", .timeOfDay(), "The time of day in `time_zone`.", default: "09:00"),
    ])
}
