import Domain
import Synchronization

/// Whose scores moved most, remembered where finding out takes long.
///
/// In most companies it takes milliseconds, and everyone who asks gets them as of now. Where it took longer than `patience`, those found
/// last are told, and a service finds new ones from time to time, so that this never takes more than a small share of the machine.
final class MoversMemory: Sendable {
  struct Found: Sendable {
    var movers: [HealthSummary.Mover]
    var at: Instant
    /// How long it took to find them.
    var took: TimeSpan
  }

  static let patience = TimeSpan(microseconds: 100_000)
  /// They are looked for anew after so many times of what it took.
  static let rest = 50

  private let found = Mutex<Found?>(nil)

  /// - Parameter find: looks for them anew.
  func recent(at now: Instant, _ find: () async throws -> Found) async throws -> Found {
    if let last = found.withLock(\.self), last.took > Self.patience { return last }
    return try await look(find)
  }

  /// Looks where those found last are getting old.
  func refresh(at now: Instant, _ find: () async throws -> Found) async throws {
    if let last = found.withLock(\.self) {
      let rest = TimeSpan(microseconds: last.took.microseconds * Int64(Self.rest))
      guard last.took > Self.patience, now - last.at >= rest else { return }
    }
    try await look(find)
  }

  @discardableResult
  private func look(_ find: () async throws -> Found) async throws -> Found {
    let new = try await find()
    found.withLock { $0 = new }
    return new
  }
}
