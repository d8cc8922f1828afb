import Domain
import SQL
import Storage

/// Where people work: tasks, notes, how they see a customer, snoozes, saved views, deliveries that need a hand. Whatever changes is
/// committed together with its entry in the audit log.
///
/// Every change names its actor and, where that is a person, the person: what her role does not let her do is refused. Mistakes are thrown
/// as `WorkMistake`, with a sentence for whoever made them; all else that is thrown is a `DatabaseFailure`.
public struct Desk: Sendable {
  let database: any Database
  let time: any TimeSource
  private let makeID: @Sendable () -> String
  let onDeliveries: @Sendable () -> Void

  /// - Parameters:
  ///   - makeID: an id that no other thing has.
  ///   - onDeliveries: called when there is work for the outbox.
  public init(
    database: any Database, time: any TimeSource, makeID: @escaping @Sendable () -> String,
    onDeliveries: @escaping @Sendable () -> Void = {}
  ) {
    self.database = database
    self.time = time
    self.makeID = makeID
    self.onDeliveries = onDeliveries
  }

  /// Ids of random bytes, in hexadecimal digits.
  /// - Parameter randomBytes: so many bytes from a cryptographic source.
  public static func ids(_ randomBytes: @escaping @Sendable (Int) -> [UInt8]) -> @Sendable () -> String {
    { Hex.text(randomBytes(12)) }
  }

  func newID() -> String { makeID() }

  /// What stands in the audit log of a change.
  struct Record: Sendable {
    var action: String
    var subject: String
    var customer: String?
    var from: String?
    var to: String?
  }

  func entry(_ record: Record, by actor: AuditEntry.Actor, at now: Instant) -> AuditEntry {
    AuditEntry(
      id: makeID(), at: now, actor: actor.label, action: record.action, subject: record.subject, customer: record.customer,
      from: record.from, to: record.to)
  }
}
