import Domain

extension Channel.Kind {
  /// For people.
  var title: String {
    switch self {
    case .slackWebhook: "Slack"
    case .smtp: "email"
    }
  }

  /// Why nothing can go out by it; `nil`: it can.
  var obstacle: String? {
    switch self {
    case .slackWebhook(let url): url == nil ? "The secret with its address is not set; holdfast check names it." : nil
    case .smtp(let server): server.isComplete ? nil : "The secret with its password is not set; holdfast check names it."
    }
  }
}
