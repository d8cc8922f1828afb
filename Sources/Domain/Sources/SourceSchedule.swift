/// What is remembered of a source between its runs.
public struct SourceProgress: Hashable, Sendable {
  /// `Source.definition` of the last run that was begun.
  public var definition: String
  /// The highest value of the watermark column that is durably taken, as the database wrote it.
  public var watermark: String?
  /// The begin of the last run, successful or not.
  public var lastRunAt: Instant?
  public var lastSuccessAt: Instant?
  /// The begin of the last full run that read all rows.
  public var lastFullAt: Instant?
  /// Runs in a row that failed.
  public var failures: Int
  /// What was wrong with the last run; `nil`: nothing.
  public var lastError: String?

  public init(
    definition: String = "", watermark: String? = nil, lastRunAt: Instant? = nil, lastSuccessAt: Instant? = nil, lastFullAt: Instant? = nil,
    failures: Int = 0, lastError: String? = nil
  ) {
    self.definition = definition
    self.watermark = watermark
    self.lastRunAt = lastRunAt
    self.lastSuccessAt = lastSuccessAt
    self.lastFullAt = lastFullAt
    self.failures = failures
    self.lastError = lastError
  }
}

/// When a source is read next, and how.
public struct SourceSchedule: Hashable, Sendable {
  public var source: Source
  /// IANA name, for the time of day of full runs.
  public var timeZone: String

  public init(source: Source, timeZone: String) {
    self.source = source
    self.timeZone = timeZone
  }

  /// Waits after the first, second … failure in a row; the last holds for all further ones.
  static let gaps: [TimeSpan] = [.minutes(1), .minutes(2), .minutes(5), .minutes(15), .minutes(30), .hours(1)]

  /// What a run at `now` has to be. Full where all rows have not been read yet under this definition, where the query has no watermark,
  /// and once a day.
  public func kind(at now: Instant, _ progress: SourceProgress?) -> SourceRunKind {
    guard let progress, let lastFull = progress.lastFullAt, progress.definition == source.definition, source.watermark != nil else {
      return .full
    }
    guard let minute = source.fullMinute else { return .incremental }
    return LocalSchedule(timeZone: timeZone, minute: minute).isDue(at: now, lastRun: lastFull) ? .full : .incremental
  }

  /// The earliest instant of the next run.
  public func next(after progress: SourceProgress?) -> Instant {
    guard let progress, let last = progress.lastRunAt else { return .distantPast }
    if progress.failures > 0 { return last + Self.gaps[min(progress.failures, Self.gaps.count) - 1] }
    return progress.definition == source.definition ? last + source.every : .distantPast
  }

  /// The kind of the run that is due at `now`; `nil`: none. A full run does not come earlier for its time of day: it is the first run
  /// after it.
  ///
  /// None waits for longer than twice its time: the clock stood ahead when the last run was noted, and was set right since.
  public func due(at now: Instant, _ progress: SourceProgress?) -> SourceRunKind? {
    let (last, next) = (progress?.lastRunAt ?? .distantPast, next(after: progress))
    return next <= now || last - now > next - last ? kind(at: now, progress) : nil
  }
}

/// When deletions that a full run found look like an accident: an emptied table, a query that lost its rows.
public enum SourceDeletionGuard {
  /// So few are never held back.
  public static let fewest = 10
  /// More than this share of the rows known before is held back.
  public static let share = 0.2

  /// - Parameter known: rows that were there before the run.
  public static func holds(_ deleted: Int, of known: Int) -> Bool { deleted >= fewest && Double(deleted) > share * Double(known) }
}
