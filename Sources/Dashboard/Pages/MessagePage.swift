import Domain

/// A page that says one thing: what is the matter, and what to do about it.
public struct MessagePage: Hashable, Sendable {
  /// A place to go on to.
  public struct Way: Hashable, Sendable {
    public var path: String
    public var title: String
    public init(path: String, title: String) {
      self.path = path
      self.title = title
    }
  }

  public var title: String
  /// What is the matter, in the reader's words.
  public var sentence: String
  /// What she can do.
  public var remedy: String?
  public var ways: [Way]
  /// By which the operator finds the request in the log.
  public var requestID: String?

  public init(title: String, sentence: String, remedy: String? = nil, ways: [Way] = [], requestID: String? = nil) {
    self.title = title
    self.sentence = sentence
    self.remedy = remedy
    self.ways = ways
    self.requestID = requestID
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let more: HTML? = remedy.map { "<p>\(clipped($0, 1_000))</p>" }
    let links = ways.enumerated().html { index, way in buttonLink(way.path, way.title, kind: index == 0 ? .primary : .plain) }
    let places: HTML? = ways.isEmpty ? nil : "<p class=\"actions\">\(links)</p>"
    let reference: HTML? = requestID.map { "<p class=\"hint\">Request <code>\(clipped($0, 100))</code></p>" }
    return document(
      shell.titled(title),
      "<div class=\"narrow\">\(heading(clipped(title)))<p>\(clipped(sentence, 1_000))</p>\(more)\(places)\(reference)</div>")
  }
}

extension MessagePage {
  private static let today = Way(path: "/", title: "Go to Today")

  /// 404.
  public static func notFound(requestID: String? = nil) -> MessagePage {
    MessagePage(
      title: "There is nothing here", sentence: "This address leads nowhere.",
      remedy: "It may be mistyped, or what it led to is gone. Search for a customer above.", ways: [today], requestID: requestID)
  }

  /// 404 for a customer.
  public static func noCustomer(_ id: String, requestID: String? = nil) -> MessagePage {
    MessagePage(
      title: "No such customer", sentence: "There is no customer with the id “\(clipped(id))”.",
      remedy: "Upper and lower case make a difference. A customer appears here as soon as an event or a record of it has arrived.",
      ways: [Way(path: "/customers", title: "See all customers"), today], requestID: requestID)
  }

  /// 500.
  public static func failed(requestID: String?) -> MessagePage {
    MessagePage(
      title: "That did not work", sentence: "Something went wrong here, not with what you did.",
      remedy: "Try it once more. If it happens again, give the request's number to whoever looks after Holdfast in your company.",
      ways: [today], requestID: requestID)
  }

  /// 503.
  public static func unavailable(requestID: String?) -> MessagePage {
    MessagePage(
      title: "Not ready just now", sentence: "The server is starting, stopping, or waiting for its database.",
      remedy: "Load the page again in a moment. Events that are sent meanwhile are not lost where the sender repeats them.",
      requestID: requestID)
  }

  /// 410 for a link that was used, has expired, or was never given.
  /// - Parameter sentence: why, and what to do.
  public static func deadLink(_ sentence: String) -> MessagePage {
    MessagePage(
      title: "This link does not work any more", sentence: sentence, remedy: "If you have a password, sign in with it.",
      ways: [Way(path: "/sign-in", title: "Sign in")])
  }
}
