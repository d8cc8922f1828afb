import ArgumentParser
import Domain
import Engine
import Formats
import Foundation
import SQL
import Storage

struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Read the sources of the configuration now: records from your own databases.",
    discussion:
      "Reads what has changed since the last run. A running server goes on meanwhile and scores what comes in. See docs/sources.md.")

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Argument(help: "The source; without it, all.") var name: String?
  @Flag(help: "Read all rows, and find those that are not there any more.") var full = false
  @Flag(help: "Take deletions however many they are.") var allowDeletions = false
  @Flag(help: "Only show what the first rows would become.") var dryRun = false

  func validate() throws {
    if allowDeletions, !full { throw ValidationError("--allow-deletions goes with --full: only a full run finds deletions") }
    if dryRun, full { throw ValidationError("--dry-run takes nothing, so that --full has no use beside it") }
  }

  func run() async throws {
    if dryRun { return try await preview() }
    try await House.with(database, config, mayCreate: true) { house in
      let sources = try chosen(house.current.blueprint)
      try await house.takeIn { sink in
        var failed = 0
        for source in sources where try await !read(source, ForeignDatabases(config: config).sync(source, house, sink), house) {
          failed += 1
        }
        guard failed == 0 else { throw Refusal("\(failed) of \(sources.count) source\(sources.count == 1 ? "" : "s") failed") }
      }
    }
  }

  /// - Throws: `Refusal` where there is no such source.
  private func chosen(_ blueprint: Blueprint) throws -> [Source] {
    guard !blueprint.sources.isEmpty else {
      throw Refusal("the configuration \(config.path) has no \"sources\"; docs/sources.md shows how to write one")
    }
    guard let name else { return blueprint.sources }
    guard let source = blueprint.sources.first(where: { $0.name == name }) else {
      throw Refusal("there is no source “\(name)”; there are \(blueprint.sources.map(\.name).joined(separator: ", "))")
    }
    return [source]
  }

  /// - Returns: whether it went well.
  private func read(_ source: Source, _ sync: SourceSync, _ house: House) async throws -> Bool {
    let progress = try await house.database.read { try SourceQueries.progress(of: source.name, $0) }
    let schedule = SourceSchedule(source: source, timeZone: house.current.blueprint.timeZone)
    let kind = full ? .full : schedule.kind(at: house.time.now(), progress)
    let start = house.time.now()
    let shown = ShownProgress(source.name, time: house.time)
    do {
      let run = try await sync.run(kind, allowsDeletions: allowDeletions) { shown.show($0) }
      print(Self.summary(source, run, in: house.time.now() - start))
      for reason in run.reasons { Terminal.note("  \(reason)") }
      if run.rejected > run.reasons.count { Terminal.note("  … and \(run.rejected - run.reasons.count) more") }
      if run.rejected > 0 { Terminal.note("  all of them with their reasons: holdfast rejected") }
      return true
    } catch let failure as SourceFailure {
      Terminal.note("\(source.name): \(failure.description.replacing("NAME", with: source.name))")
      return false
    }
  }

  private static func summary(_ source: Source, _ run: SourceRun, in span: TimeSpan) -> String {
    let watermark = run.watermark.map { ", watermark \($0)" } ?? ""
    return """
      \(source.name) (\(source.kind.rawValue), \(run.kind.rawValue)): \(run.read) read, \(run.accepted) new, \(run.duplicate) unchanged, \
      \(run.rejected) set aside, \(run.deleted) deleted\(watermark) in \(ProgressBar.time(span.seconds))
      """
  }

  // MARK: Trying

  private static let previewRows = 5

  private func preview() async throws {
    let blueprint = try config.load(showsWarnings: true)
    var failed = 0
    for source in try chosen(blueprint) {
      do {
        let rows = try await ForeignDatabases(config: config).preview(source, limit: Self.previewRows)
        print("\(source.name): \(rows.isEmpty ? "the query gives no row" : "the first rows of the query")")
        for (row, outcome) in rows { print("  \(row.text)\n    \(Self.words(outcome))") }
      } catch let failure as SourceFailure {
        failed += 1
        Terminal.note("\(source.name): \(failure)")
      }
    }
    guard failed == 0 else { throw Refusal("\(failed) source\(failed == 1 ? "" : "s") cannot be read") }
  }

  private static func words(_ outcome: RecordOutcome) -> String {
    switch outcome {
    case .entry(let entry):
      let whose = [entry.actor.customer.map { "customer \($0)" }, entry.actor.contact.map { "contact \($0)" }].compactMap(\.self)
      return "→ \(entry.fact.kind) of \(whose.joined(separator: ", ")): \(entry.fact.payload.printed())"
    case .rejected(let error): return "→ set aside: \(error)"
    case .passedOver: return "→ passed over"
    }
  }
}

/// Rows so far, now and then: how many there will be is not known.
private final class ShownProgress: Sendable {
  private let name: String
  private let time: SystemClock

  init(_ name: String, time: SystemClock) {
    self.name = name
    self.time = time
  }

  func show(_ run: SourceRun) {
    guard Terminal.isInteractive else { return }
    let rate = Double(run.read) / max((time.now() - run.startedAt).seconds, 0.001)
    Terminal.write("\r\u{1B}[2K\(name): \(ProgressBar.grouped(run.read)) rows · \(ProgressBar.grouped(Int(rate)))/s\r")
  }
}

struct SourcesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources", abstract: "Show the sources: last run, watermark, errors of 24 hours, next run.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }
  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Option(help: "table or json.") var format = Format.table

  func run() async throws {
    try await House.with(database, config) { house in
      let blueprint = house.current.blueprint
      let now = house.time.now()
      let states = try await house.database.read { connection in
        try blueprint.sources.map { source in
          SourceStatus(
            schedule: SourceSchedule(source: source, timeZone: blueprint.timeZone),
            progress: try SourceQueries.progress(of: source.name, connection),
            last: try SourceQueries.runs(of: source.name, limit: 1, connection).first,
            errors: try SourceQueries.errorRate(of: source.name, since: now - .days(1), connection),
            isBeingRead: try SourceQueries.claimedUntil(of: source.name, connection).map { $0 >= now } ?? false)
        }
      }
      if format == .json { return print(JSON.array(states.map { $0.json(now: now) }).printed()) }
      guard !states.isEmpty else { return print("the configuration has no sources; docs/sources.md shows how to write one") }
      print(
        Terminal.table(
          ["SOURCE", "KIND", "LAST RUN", "LAST SUCCESS", "ROWS", "NEW", "SET ASIDE", "ERRORS 24 H", "WATERMARK", "NEXT RUN"],
          states.map { $0.cells(now: now) }, right: [4, 5, 6, 7]))
      for state in states {
        if let error = state.progress?.lastError {
          Terminal.note("\(state.source.name): \(error.replacing("NAME", with: state.source.name))")
        }
      }
    }
  }
}

/// What is shown of a source.
private struct SourceStatus: Sendable {
  var schedule: SourceSchedule
  var progress: SourceProgress?
  var last: SourceRunRecord?
  var errors: SourceErrorRate
  var isBeingRead: Bool

  var source: Source { schedule.source }

  func cells(now: Instant) -> [String] {
    [
      source.name, source.kind.rawValue, progress?.lastRunAt?.whole ?? "never", progress?.lastSuccessAt?.whole ?? "never",
      last.map { "\($0.read)" } ?? "", last.map { "\($0.accepted)" } ?? "", last.map { "\($0.rejected)" } ?? "",
      errors.value.map { "\(Int(($0 * 100).rounded(.up))) %" } ?? "–", progress?.watermark ?? "–", next(now: now),
    ]
  }

  private func next(now: Instant) -> String {
    if source.database == nil { return "no database" }
    if isBeingRead { return "being read" }
    let next = schedule.next(after: progress)
    return next <= now ? "now, by a server" : next.whole
  }

  func json(now: Instant) -> JSON {
    let next = schedule.next(after: progress)
    return [
      "name": .string(source.name), "kind": .string(source.kind.rawValue), "last_run_at": Self.json(progress?.lastRunAt),
      "last_success_at": Self.json(progress?.lastSuccessAt), "last_full_at": Self.json(progress?.lastFullAt),
      "watermark": progress?.watermark.map(JSON.string) ?? .null, "last_error": progress?.lastError.map(JSON.string) ?? .null,
      "failures": .integer(Int64(progress?.failures ?? 0)), "error_rate_24h": errors.value.map(JSON.number) ?? .null,
      "runs_24h": .integer(Int64(errors.runs)), "rows_read_24h": .integer(Int64(errors.read)),
      "rows_rejected_24h": .integer(Int64(errors.rejected)), "next_run_at": Self.json(max(next, now)), "being_read": .bool(isBeingRead),
      "has_database": .bool(source.database != nil),
    ]
  }

  private static func json(_ instant: Instant?) -> JSON { (instant?.iso8601).map(JSON.string) ?? .null }
}

extension Instant {
  /// To the second, for tables.
  fileprivate var whole: String { Instant(microseconds: microseconds - microseconds % 1_000_000).iso8601 }
}
