import Domain
import Engine
import Synchronization

/// A channel that keeps what it is given and answers as told; what it is not told it takes.
final class RecordedChannel: DeliveryChannel {
  private struct State {
    var sent: [Delivery] = []
    var outcomes: [DeliveryOutcome] = []
  }

  private let state = Mutex(State())
  private let arrivals = AsyncStream.makeStream(of: String.self)

  func answer(_ outcomes: [DeliveryOutcome]) { state.withLock { $0.outcomes += outcomes } }

  /// Deliveries in the order of their attempts.
  var attempts: [Delivery] { state.withLock { $0.sent } }

  func send(_ delivery: Delivery) async -> DeliveryOutcome {
    let outcome = state.withLock { state in
      state.sent.append(delivery)
      return state.outcomes.isEmpty ? .sent : state.outcomes.removeFirst()
    }
    arrivals.continuation.yield(delivery.key)
    return outcome
  }

  /// Waits until that many attempts have come in since the last call.
  func arrive(_ count: Int) async {
    var left = count
    for await _ in arrivals.stream {
      left -= 1
      if left == 0 { return }
    }
  }
}

/// A channel that hangs until it is released, deaf to cancellation.
final class HangingChannel: DeliveryChannel {
  private let entered = AsyncStream.makeStream(of: Void.self)
  private let waiting = Mutex<(released: Bool, continuations: [CheckedContinuation<Void, Never>])>((false, []))

  func send(_ delivery: Delivery) async -> DeliveryOutcome {
    entered.continuation.yield()
    await withCheckedContinuation { continuation in
      let isReleased = waiting.withLock { waiting in
        if !waiting.released { waiting.continuations.append(continuation) }
        return waiting.released
      }
      if isReleased { continuation.resume() }
    }
    return .sent
  }

  /// Waits until an attempt has begun.
  func enter() async {
    for await _ in entered.stream { return }
  }

  func release() {
    let continuations = waiting.withLock { waiting in
      waiting.released = true
      defer { waiting.continuations = [] }
      return waiting.continuations
    }
    for continuation in continuations { continuation.resume() }
  }
}
