import ArgumentParser
import Engine
import Postgres
import SQL
import Storage
import Synchronization

struct MoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Copy an embedded database to PostgreSQL, and prove that both hold the same.",
    discussion: """
      The server must be stopped, and the PostgreSQL database be empty. The embedded one stays as it is. What was cut off is begun anew by \
      the same command; until a move is finished nothing works on its PostgreSQL database.
      """)

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Option(
    help: ArgumentHelp(
      "Where to: postgres://user@host:port/name. Give the password in PGPASSWORD or PGPASSFILE.", valueName: "url")) var to: String

  func run() async throws {
    guard PostgresAddress.isOne(to) else {
      throw ValidationError("--to takes the address of a PostgreSQL database, like postgres://user@host:5432/name")
    }
    let address = try PostgresAddress(to)
    guard case .sqlite = try database.place() else {
      throw Refusal(
        "a move begins at an embedded database (sqlite:PATH); PostgreSQL is copied by pg_dump and pg_restore (docs/postgres.md)")
    }
    try await House.with(database, config) { house in
      let place = house.place
      let moved: Bool? = try await house.alone { fold in
        let target = House.postgres(address)
        do {
          try await Self.move(fold, from: place, to: target)
          try await target.close()
        } catch {
          // The first error is the one to tell.
          try? await target.close()
          throw error
        }
        return true
      }
      if moved == nil { throw Refusal("a server is running on \(place); stop it first: what it took in meanwhile would stay behind") }
    }
  }

  private static func move(_ fold: Fold, from place: String, to target: PostgresDatabase) async throws {
    try await Migrator.migrate(target)
    let move = Move(
      fold: fold, source: place, target: target, run: House.randomBytes(16).map { "\($0)" }.joined(separator: "-"),
      isSurelyGone: { NodeName($0)?.isSurelyGone ?? false })
    try await move.begin()
    let bars = StepBars()
    let report: Move.Report
    do {
      report = try await move.run { bars.show($0) }
    } catch {
      bars.end()
      Terminal.note(
        "\(place) is as it was. \(target.address) holds a part, which nothing will use: the same command empties it and begins anew.")
      throw error
    }
    bars.end()
    tell(report)
    guard report.isSame else {
      throw Refusal(
        "the databases differ, so that \(target.address) stays out of use; \(place) is as it was. "
          + "If something was written to it meanwhile, the same command begins anew")
    }
    print(
      """

      done: \(report.rows) rows and the scores of \(report.scores.customers) customers are the same in both.

      From now on let HOLDFAST_DATABASE name the new database, as --to did:
        HOLDFAST_DATABASE=\(target.address)
      Keep \(place) as a backup, but serve only one of the two: each would send its own messages.
      """)
  }

  private static func tell(_ report: Move.Report) {
    let rows = report.tables.map { [$0.name, "\($0.source.rows)", "\($0.target.rows)", $0.isSame ? "yes" : "NO"] }
    print(Terminal.table(["TABLE", "ROWS HERE", "ROWS THERE", "SAME"], rows, right: [1, 2]))
    for difference in report.scores.differences.prefix(20) { print("score of \(difference)") }
    let more = report.scores.differences.count - 20
    if more > 0 { print("and \(more) scores more") }
  }
}

/// A progress bar for each step of a move.
private final class StepBars: Sendable {
  private struct State {
    var last: Move.Progress?
    var bar: ProgressBar?
  }
  private let state = Mutex(State())

  func show(_ progress: Move.Progress) {
    state.withLock { state in
      if state.last?.step != progress.step {
        Self.end(&state)
        state.bar = ProgressBar(Self.title(progress.step), unit: Self.unit(progress.step))
      }
      // Several threads tell: what comes late counts for nothing.
      guard state.last?.step != progress.step || progress.done >= state.last?.done ?? 0 else { return }
      state.last = progress
      state.bar?.show(fraction: Double(progress.done) / Double(max(progress.total, 1)), count: progress.done)
    }
  }

  func end() { state.withLock { Self.end(&$0) } }

  private static func end(_ state: inout State) {
    if let last = state.last, last.done > 0 {
      state.bar?.show(fraction: Double(last.done) / Double(max(last.total, 1)), count: last.done, isLast: true)
    }
    state = State()
  }

  private static func title(_ step: Move.Progress.Step) -> String {
    switch step {
    case .scoring: "Scoring"
    case .copying: "Copying"
    case .proving: "Reading both again"
    case .deriving: "Deriving scores"
    }
  }

  private static func unit(_ step: Move.Progress.Step) -> String {
    switch step {
    case .scoring: "entries"
    case .copying, .proving: "rows"
    case .deriving: "customers"
    }
  }
}
