/// Events of the log that one entry can stand for without any signal noticing: the same names for who did it, the same event, the same UTC
/// day.
public struct UsageGroup: Hashable, Sendable {
  public var actor: Actor
  public var name: String
  public var day: Day

  public init(actor: Actor, name: String, day: Day) {
    self.actor = actor
    self.name = name
    self.day = day
  }

  /// `nil`: the entry is none of an event.
  public init?(_ entry: LogEntry) {
    switch entry.fact {
    case .event(let name, _), .usage(let name, _, _): self.init(actor: entry.actor, name: name, day: entry.at.day)
    default: return nil
    }
  }
}

extension LogEntry {
  /// One entry for all of a group, under the message id of the earliest.
  ///
  /// Of what an event says about who is who, the earliest link and the latest tie hold, so that its `at` is the earliest and its `version`
  /// the latest of all; a customer was first heard of at the earliest arrival.
  /// - Parameter entries: events and summaries of one `UsageGroup`.
  /// - Returns: `nil` where there are none.
  public static func summary(of entries: [LogEntry]) -> LogEntry? {
    guard var summary = entries.min(by: { $0.at < $1.at }), let group = UsageGroup(summary) else { return nil }
    var (count, last) = (0, summary.at)
    for entry in entries {
      summary.version = max(summary.version, entry.version)
      summary.receivedAt = min(summary.receivedAt, entry.receivedAt)
      if case .usage(_, let number, let end) = entry.fact {
        count += number
        last = max(last, end)
      } else {
        count += 1
        last = max(last, entry.at)
      }
    }
    summary.fact = .usage(name: group.name, count: count, last: last)
    return summary
  }
}
