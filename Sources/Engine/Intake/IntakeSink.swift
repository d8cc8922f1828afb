import Domain

/// Where entries go in. `append` returns when they are durable: what it accepted survives a kill -9.
public protocol IntakeSink: Sendable {
  /// Appends entries to the log by group commit, dropping those whose message id was seen before.
  /// - Returns: for each entry, in order, whether it was new.
  /// - Throws: `IntakeRefusal`.
  func append(_ entries: [LogEntry]) async throws(IntakeRefusal) -> [AppendOutcome]

  /// Keeps what could not be taken, with its reason; counted in the statistics. Bounded: the oldest are forgotten.
  func setAside(_ inputs: [SetAside]) async throws(IntakeRefusal)

  /// Whether so much waits that what comes would soon be refused as `overloaded`: whoever has more to do for a call than to hand it over
  /// refuses it before that.
  var isNearlyFull: Bool { get }
}

extension IntakeSink {
  /// Where nothing waits nothing is full.
  public var isNearlyFull: Bool { false }
}

/// Whether an entry was new.
public enum AppendOutcome: Hashable, Sendable { case accepted, duplicate }

/// Input that could not be taken.
public struct SetAside: Hashable, Sendable {
  /// "tracking", "import customers".
  public var source: String
  /// A stable label with an optional sentence after a colon ("missing_event: a track call needs an event name").
  public var reason: String
  /// The beginning of what came, at most 500 characters.
  public var excerpt: String
  /// How many inputs this stands for.
  public var count: Int
  public init(source: String, reason: String, excerpt: String, count: Int = 1) {
    self.source = source
    self.reason = reason
    self.excerpt = excerpt
    self.count = count
  }
}

/// Why nothing of a call was taken; the sender should come again.
public enum IntakeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The queue is full: 429 with `Retry-After` in whole seconds.
  case overloaded(retryAfter: Int)
  /// The database cannot take writes now, or may or may not have taken these: 503. The text is for whoever sent them: over HTTP without
  /// internals, on the command line in the database's words.
  case unavailable(String)

  public var description: String {
    switch self {
    case .overloaded(let seconds): "the queue is full; try again in \(seconds) s"
    case .unavailable(let reason): reason
    }
  }
}
