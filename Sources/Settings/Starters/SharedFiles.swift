extension Starter {
  /// Who we are and how to reach people: the same in both starters.
  static let holdfastFile = """
    # Who we are, and how Holdfast reaches people.
    # `holdfast check` tells what is wrong here; `holdfast schema` lets an editor tell it while you type.

    company: Your company
    time_zone: UTC                      # for daily and weekly work, like Europe/Berlin
    public_url: http://127.0.0.1:8080   # where people reach this server, for links in messages
    daily_batch: "02:00"                # every score is derived anew and compared

    channels:
      success_team:
        kind: slack
        webhook_url: ${SLACK_WEBHOOK_URL}   # an environment variable; file:PATH reads a file

    alerts:
      critical:               # a customer's score fell into the critical band
        to: [success_team]
        delay: 0m             # wait this long and tell only if it is still so
        cool_down: 7d         # no second message about the same customer within this time
        task: {title: "Call {customer}", due: 24h, priority: high}   # work for the customer's owner; `off` makes none

    owner_attribute: owner    # the attribute that holds the owner's email address

    digests:
      at_risk:                # who is at risk, who slid, who recovered
        to: [success_team]
        day: monday
        hour: "09:00"         # in time_zone

    # Mail beside Slack: name the channel under "to" above. docs/mail.md tells the rest.
    #
    # channels:
    #   success_mail:
    #     kind: smtp
    #     host: mail.example.com
    #     user: holdfast
    #     password: ${SMTP_PASSWORD}
    #     from: Holdfast <holdfast@example.com>
    #     to: [success@example.com]       # gets digests, and alerts about customers without an owner

    """

  /// What the procedure calls whom.
  static let sopLabels = """

    labels:
      executive: Chairman
      automation: EVA         # what Holdfast does by itself stands under this name in the audit log

    """

  /// What the product sends: the same in both starters.
  static let dataFile = """
    # What the product sends. Names on the right are as SDKs send them; words on the left are for the other files.

    events:
      login: Signed In

    # Each of these events counts as using a feature. Core features are those the product is bought for.
    features:
      reports: {event: Report Created, core: true}
      report_sharing: Report Shared
      dashboard_views: Dashboard Viewed
      dashboards: {event: Dashboard Created, core: true}
      data_sources: {event: Data Source Connected, core: true}
      alert_rules: Alert Configured
      exports: Export Downloaded
      comments: Comment Added
      invitations: Teammate Invited
      api: {event: API Called, title: API}
      automations: {event: Automation Run, core: true}
      templates: Template Used

    # Milestones on the way to value.
    goals:
      first_report_shared: Report Shared
      team_invited: Teammate Invited
      automated: Automation Run

    # What is known of a customer, by the names of its traits, for segments and measures.
    attributes:
      plan: text
      industry: text
      country: text
      seats: number
      owner: text             # the email address of who looks after the customer
      csm: text

    # Records out of your application's own database, kept up to date. docs/sources.md tells the rest.
    #
    # sources:
    #   accounts:
    #     kind: customers                   # or contacts, tickets, subscriptions
    #     database: ${APP_DATABASE_URL}     # postgres://…, or sqlite:PATH
    #     query: SELECT id, name, plan, seats, created_at, updated_at FROM accounts
    #     watermark: updated_at             # grows with each change of a row
    #     every: 1h

    # How long each single event is kept. What is older is summed up by day; scores stay as they are.
    #
    # retention:
    #   events: 400d                      # without it every event is kept

    """
}
