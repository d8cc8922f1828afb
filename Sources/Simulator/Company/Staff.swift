import Domain
import SQL
import Storage

/// Those who look after the customers of a made-up company.
public struct Staff: Sendable {
  /// One of them.
  public struct Member: Hashable, Sendable {
    public var name: String
    /// What customers' `owner` says.
    public var email: String
  }

  /// All of them, always the same.
  public static let members = Vocabulary.successManagers.map { Member(name: $0, email: email(of: $0)) }

  static func email(of name: String) -> String { name.lowercased().replacing(" ", with: ".") + "@example.com" }

  /// Closes tasks as such people would have by now: nearly all within a day or so, a few are late.
  /// - Returns: how many.
  @discardableResult
  public static func closeTasks(at now: Instant, seed: UInt64, _ database: any Database) async throws -> Int {
    try await database.write { connection in
      var random = SplitMix64(seed: seed)
      var closed = 0
      var cursor: String?
      repeat {
        let page = try TaskQueries.list(TaskQueries.Filter(), limit: 500, cursor: cursor, connection)
        for task in page.items {
          let at = task.createdAt + .minutes(Int64(random.below(40 * 60)) + 20)
          // Who signs in to look around finds something to do.
          let chance = task.owner == members[0].email && now - task.createdAt < .days(10) ? 2 : 25
          let isForgotten = random.below(chance) == 0 && now - task.createdAt < .days(20)
          guard at < now, !isForgotten else { continue }
          let outcome = random.pick([CustomerTask.Outcome.contacted, .contacted, .contacted, .noAnswer, .done])
          let note = random.pick([
            "", "", "They had a busy month.", "Wants a call next week.", "Left a message.", "The new lead needs a tour.",
          ])
          let actor = AuditEntry.Actor.user(email: task.owner ?? members[0].email)
          if try TaskQueries.update(try task.closed(as: outcome, note: note, at: at, by: actor), connection) { closed += 1 }
        }
        cursor = page.next
      } while cursor != nil
      return closed
    }
  }
}
