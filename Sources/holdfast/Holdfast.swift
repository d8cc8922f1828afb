import ArgumentParser
import CMalloc
import Foundation

/// The command line. Results go to standard output, progress and logs to standard error; status 0 is yes, 1
/// is no, 2 is a call that cannot be understood.
struct Holdfast: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "holdfast",
    abstract: "Keeps customers: an explained health score for every customer, right to the second.",
    discussion: "Start with `holdfast init DIR`, or see it live with `holdfast demo`.",
    version: House.version,
    subcommands: [
      InitCommand.self, CheckCommand.self, SchemaCommand.self, ServeCommand.self, DemoCommand.self, ImportCommand.self,
      SyncCommand.self, SourcesCommand.self, CustomersCommand.self, ExplainCommand.self, ScoreCommand.self, OutboxCommand.self,
      MailCommand.self, DigestCommand.self, RejectedCommand.self, DoctorCommand.self, SQLCommand.self, UserCommand.self, KeyCommand.self,
      RebuildCommand.self,
      BackupCommand.self, MoveCommand.self,
    ])
}

/// A "no" with its reason in the user's words: exit status 1.
struct Refusal: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

@main
enum Main {
  static func main() async {
    // Before there is a second thread.
    holdfast_share_one_heap()
    do {
      var command = try Holdfast.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      finish(with: error)
    }
  }

  private static func finish(with error: any Error) -> Never {
    if let status = error as? ExitCode { exit(status.rawValue) }
    switch Holdfast.exitCode(for: error) {
    case .success:
      print(Holdfast.fullMessage(for: error))
      exit(0)
    case .validationFailure:
      Terminal.note(Holdfast.fullMessage(for: error))
      exit(2)
    default:
      Terminal.note("holdfast: \(error)")
      exit(1)
    }
  }
}
