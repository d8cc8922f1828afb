import Domain

/// What one call to a tracking API came to: entries for the log, and what was refused, item by item.
public struct TrackingBatch: Hashable, Sendable {
  /// The write key as the body names it; `nil` where it names none (it then comes from the `Authorization` header).
  public var writeKey: String?
  /// The body names several different keys; such a request is refused as a whole.
  public var keysDiffer = false
  public var entries: [LogEntry] = []
  public var rejected: [Rejection] = []
  /// Items that are known and of no use here (session recordings, RudderStack's `merge`).
  public var ignored = 0

  public init() {}
}

/// One item of a batch that was refused, or all of them beyond the limit.
public struct Rejection: Hashable, Sendable {
  /// Place in the batch, from 0; 0 for a single call.
  public var index: Int
  public var reason: RejectionReason
  /// The beginning of the item as JSON, at most about 200 bytes.
  public var excerpt: String
  /// This item and so many less one behind it; 1 but for `tooMany`. A short body can hold a million items, each not worth a row.
  public var count: Int

  public init(index: Int, reason: RejectionReason, excerpt: String, count: Int = 1) {
    self.index = index
    self.reason = reason
    self.excerpt = excerpt
    self.count = count
  }
}

/// Every reason for which the tracking API refuses an item. The raw value is the label on metrics.
public enum RejectionReason: String, Error, Hashable, Sendable, CaseIterable {
  case notAnObject = "not_an_object"
  case unknownType = "unknown_type"
  case noID = "no_id"
  case noEventName = "no_event_name"
  case noGroupID = "no_group_id"
  case noPreviousID = "no_previous_id"
  case idTooLong = "id_too_long"
  case nameTooLong = "name_too_long"
  case invalidText = "invalid_text"
  case tooLarge = "too_large"
  case tooDeep = "too_deep"
  case tooMany = "too_many"
  case unreadableTime = "unreadable_time"
  case impossibleTime = "impossible_time"

  /// What to tell the sender.
  public var sentence: String {
    switch self {
    case .notAnObject: "This is no JSON object; each message must be one."
    case .unknownType: "The type is missing or none of identify, track, page, screen, group, alias."
    case .noID: "Nobody is named: send a userId or an anonymousId (PostHog: distinct_id)."
    case .noEventName: "A track call needs the name of its event."
    case .noGroupID: "A group call needs a groupId."
    case .noPreviousID: "An alias call needs a previousId and a userId."
    case .idTooLong: "An id is longer than 200 characters."
    case .nameTooLong: "The event's name is longer than 200 characters."
    case .invalidText: "An id or a name contains the character U+0000."
    case .tooLarge: "The message (PostHog: what it states of a person or group) is larger than 32 KB."
    case .tooDeep: "Traits, attributes or properties hold more than 16 objects and arrays inside one another."
    case .tooMany: "The batch holds more than 2,500 messages; this one and all after it were not taken."
    case .unreadableTime: "The timestamp cannot be read: write it like 2024-01-31T10:00:00Z, or as seconds or milliseconds since 1970."
    case .impossibleTime: "The message says it happened before 1970."
    }
  }
}

/// How much of one body is taken. The defaults are those of Segment's HTTP API.
public struct TrackingLimits: Hashable, Sendable {
  /// Bytes of one message, as compact JSON.
  public var messageBytes: Int
  /// Messages in a batch.
  public var messages: Int
  /// Characters (Unicode scalars) of an id or an event's name.
  public var idLength: Int

  public init(messageBytes: Int = 32 << 10, messages: Int = 2_500, idLength: Int = 200) {
    self.messageBytes = messageBytes
    self.messages = messages
    self.idLength = idLength
  }
}

/// The calls of the tracking API.
public enum TrackingRoute: String, Hashable, Sendable, CaseIterable {
  case identify, track, page, screen, group, alias, batch

  /// The call behind the last part of a path: the full name, the first letter (browser SDKs: `t`; `b` for batch), or `import` for an
  /// old-style batch.
  public init?(pathComponent: String) {
    if let route = TrackingRoute(rawValue: pathComponent) {
      self = route
      return
    }
    switch pathComponent {
    case "i": self = .identify
    case "t": self = .track
    case "p": self = .page
    case "s": self = .screen
    case "g": self = .group
    case "a": self = .alias
    case "b", "import": self = .batch
    default: return nil
    }
  }
}
