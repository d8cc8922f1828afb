import Domain

extension Channel.Kind {
  /// For people.
  var title: String {
    switch self {
    case .slackWebhook: "Slack"
    case .smtp: "email"
    }
  }
}
