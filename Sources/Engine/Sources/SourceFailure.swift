import Domain
import SQL

/// Why a run of a source ended without reading to its end. In the user's words: the query is theirs.
public enum SourceFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The secret of its database was not there.
  case noDatabase
  case foreign(ForeignFailure)
  /// The configuration names columns that the query does not give.
  case missingColumns([String], found: [String])
  case noWatermark(String, found: [String])
  case noID(looked: [String], found: [String])
  /// Someone else reads it now.
  case busy
  /// Someone else has taken the run over, since nothing was heard of us.
  case lost
  /// A full run did not find so many rows that it looks like an accident; nothing was deleted.
  case tooManyDeletions(Int, known: Int)
  case intake(IntakeRefusal)
  /// Holdfast's own database.
  case ours(String)
  case other(String)

  public var description: String {
    switch self {
    case .noDatabase: "its database is not known: the environment variable or file of \"database\" is not there"
    case .foreign(let failure): failure.description
    case .missingColumns(let missing, let found):
      "the query gives no column \(missing.joined(separator: ", ")); it gives \(found.joined(separator: ", "))"
    case .noWatermark(let name, let found):
      "the query gives no column \(name), which is its watermark; it gives \(found.joined(separator: ", "))"
    case .noID(let looked, let found):
      """
      the query gives no id (looked for \(looked.joined(separator: ", "))); it gives \(found.joined(separator: ", ")). \
      Name the column under \"map\", like map: {id: \(found.first ?? "id")}
      """
    case .busy: "it is being read already, by the server or by another command; try again when that is done"
    case .lost: "another process took the run over; what was read is kept"
    case .tooManyDeletions(let count, let known):
      """
      \(count) of \(known) rows are not there any more, which looks like an accident: nothing was deleted. \
      If it is right, run holdfast sync NAME --full --allow-deletions
      """
    case .intake(let refusal): refusal.description
    case .ours(let message): message
    case .other(let message): message
    }
  }

  /// Whether the next run comes early. What was held back waits for a person.
  var isRetried: Bool { if case .tooManyDeletions = self { false } else { true } }

  /// `nil` for a cancelled task, which is no failure.
  static func from(_ error: any Error) -> SourceFailure? {
    switch error {
    case is CancellationError: nil
    case let failure as SourceFailure: failure
    case let failure as ForeignFailure: .foreign(failure)
    case let refusal as IntakeRefusal: .intake(refusal)
    case let failure as DatabaseFailure: .ours(failure.message)
    default: .other("\(error)")
    }
  }
}
