import Domain
import Synchronization

/// Whose scores moved most, and how many customers went from band to band, remembered where finding out takes long.
///
/// In most companies it takes milliseconds, and everyone who asks gets them as of now. Where it took longer than `patience`, those found
/// last are told, and a service finds new ones from time to time, so that this never takes more than a small share of the machine.
final class MoversMemory: Sendable {
  struct Found: Sendable {
    /// Falls first, each kind with the largest change first.
    var movers: [HealthSummary.Mover]
    var flows: [BandFlow] = []
    var at: Instant
    /// How long it took to find them.
    var took: TimeSpan

    /// So many falls, and as many rises.
    func largest(_ count: Int) -> [HealthSummary.Mover] {
      Array(falls.prefix(count)) + movers.filter { $0.to > $0.from }.prefix(count)
    }

    var falls: [HealthSummary.Mover] { movers.filter { $0.to < $0.from } }
  }

  static let patience = TimeSpan.milliseconds(20)
  /// They are looked for anew after so many times of what it took, at the latest after `oldest`.
  static let rest: Int64 = 50
  static let oldest = TimeSpan.minutes(15)

  private struct State {
    var found: Found?
    var isLooking = false
  }
  private let state = Mutex(State())

  /// Those found last where it takes long to find them; `nil` while that is being found out for the first time.
  /// - Parameter find: looks for them anew.
  func recent(_ find: () async throws -> Found) async throws -> Found? {
    let (last, isLooking) = state.withLock { ($0.found, $0.isLooking) }
    // Whoever finds out quickly need not wait for who else does so.
    if let last, last.took <= Self.patience { return try await keep(find()) }
    return last != nil || isLooking ? last : try await look(find)
  }

  /// Looks for them anew where those found last are getting old.
  func refresh(at now: Instant, _ find: () async throws -> Found) async throws {
    if let last = state.withLock(\.found) {
      let rest = min(TimeSpan(microseconds: last.took.microseconds * Self.rest), Self.oldest)
      // A clock that was set back says nothing of their age.
      guard last.took > Self.patience, now < last.at || now - last.at >= rest else { return }
    }
    _ = try await look(find)
  }

  private func look(_ find: () async throws -> Found) async throws -> Found? {
    guard
      state.withLock({ state in
        defer { state.isLooking = true }
        return !state.isLooking
      })
    else { return state.withLock(\.found) }
    defer { state.withLock { $0.isLooking = false } }
    return try await keep(find())
  }

  private func keep(_ found: Found) -> Found {
    state.withLock { $0.found = found }
    return found
  }
}
