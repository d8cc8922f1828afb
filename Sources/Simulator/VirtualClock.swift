import Domain
import Engine
import Synchronization

/// A clock that stands still until it is told to go on.
public final class VirtualClock: TimeSource {
  private struct Sleeper {
    var id: Int
    var until: Instant
    var continuation: CheckedContinuation<Void, any Error>
  }
  private struct State {
    var now: Instant
    var nextID = 0
    var sleepers: [Sleeper] = []
    var canceled: Set<Int> = []
  }
  private let state: Mutex<State>

  public init(_ now: Instant) { state = Mutex(State(now: now)) }

  public func now() -> Instant { state.withLock { $0.now } }

  /// Sets the time and wakes whoever's sleep is over. May go backwards, as real clocks do.
  public func set(_ instant: Instant) {
    let due = state.withLock { state in
      state.now = instant
      let due = state.sleepers.filter { $0.until <= instant }
      state.sleepers.removeAll { $0.until <= instant }
      return due
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  public func advance(by span: TimeSpan) { set(now() + span) }

  public func sleep(for span: TimeSpan) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.canceled.remove(id) != nil { return .failure(CancellationError()) }
          if span <= .zero { return .success(()) }
          state.sleepers.append(Sleeper(id: id, until: state.now + span, continuation: continuation))
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let sleeper = state.withLock { state -> Sleeper? in
        guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
          state.canceled.insert(id)
          return nil
        }
        return state.sleepers.remove(at: index)
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
