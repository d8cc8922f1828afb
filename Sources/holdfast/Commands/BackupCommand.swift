import ArgumentParser
import Domain
import Postgres
import SQLite
import Storage

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy the whole database, as it is at one instant, to a new file; a server goes on meanwhile.",
    discussion: """
      For SQLite. The file has its name only when it is whole and on the disk; until then it is FILE.partial. PostgreSQL is backed up by its \
      own pg_dump: the command is told. See docs/operations.md, also for how to restore.
      """)

  @OptionGroup var database: DatabaseOption
  @Argument(help: "The file to write; must not be there yet.") var file: String

  func run() async throws {
    switch try database.place() {
    case .postgres(let address): throw Self.refusal(address, file)
    case .sqlite(let path):
      try await House.withoutConfiguration(database, asFound: true) { house in
        guard try await Migrator.present(house.database) > 0 else {
          throw Refusal("\(path) has no tables of Holdfast: name its database with --database; nothing was written")
        }
        try copy(path)
      }
    }
  }

  private func copy(_ path: String) throws {
    var bar = ProgressBar("Copying", unit: "pages")
    let size = try Backup(of: path, to: file).run { progress in
      bar.show(
        fraction: Double(progress.done) / Double(max(progress.total, 1)), count: progress.done, isLast: progress.isChecking)
      if progress.isChecking { Terminal.note("Reading the copy again") }
    }
    Terminal.note("\(file): \(ProgressBar.grouped(size)) bytes, whole and on the disk")
  }

  /// What an operator would run by hand: which of several pg_dump's, and as whom, is theirs to say.
  private static func refusal(_ address: PostgresAddress, _ file: String) -> Refusal {
    Refusal(
      """
      PostgreSQL is backed up by its own program, of the server's version or newer; nothing was written. Run
        pg_dump --format custom --extension plpgsql --file \(quoted(file)) \(quoted(address.description))
      with the password in PGPASSWORD or PGPASSFILE. See docs/operations.md, also for how to restore.
      """)
  }

  /// As a shell takes it for one word.
  private static func quoted(_ word: String) -> String { "'\(word.replacing(scalar: "'", with: "'\\''"))'" }
}
