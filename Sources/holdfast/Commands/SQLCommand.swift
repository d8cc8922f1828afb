import ArgumentParser
import Domain
import SQL
import Storage

struct SQLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql", abstract: "Print the health model as SQL.",
    discussion: """
      Prints the statements that make the view `customer_health_scores`; with --at, the query that scores every customer at that instant, \
      with the points of each measure. Nothing is run: the database is not even opened.
      """)

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Option(help: "sqlite or postgres [that of the database].") var dialect: Dialect?
  @Option(help: "As of this time (ISO 8601), or “now”: prints the query alone.") var at: ClockArgument?

  func run() throws {
    let model = ModelSQL(blueprint: try config.load(), dialect: try dialect ?? ownDialect())
    print(at.map { model.select(at: $0.clock) + ";" } ?? HealthView(model).script)
  }

  private func ownDialect() throws -> Dialect {
    switch try database.place() {
    case .sqlite: .sqlite
    case .postgres: .postgres
    }
  }
}

/// An instant, or the database's own clock.
struct ClockArgument: ExpressibleByArgument {
  var clock: ModelSQL.Clock
  init?(argument: String) {
    if argument == "now" {
      clock = .now
    } else if let instant = Instant(iso8601: argument) {
      clock = .instant(instant)
    } else {
      return nil
    }
  }
}

extension Dialect: ExpressibleByArgument {}
