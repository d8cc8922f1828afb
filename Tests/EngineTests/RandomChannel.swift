import Domain
import Engine
import Synchronization

/// A channel with random outcomes that remembers how each key ended.
final class RandomChannel: DeliveryChannel {
  private struct State {
    var random: SplitMix64
    var ended: Set<String> = []
    var faults: [String] = []
  }

  private let state: Mutex<State>

  init(seed: UInt64) { state = Mutex(State(random: SplitMix64(seed: seed))) }

  /// Keys that were tried again after their end.
  var faults: [String] { state.withLock { $0.faults } }

  func send(_ delivery: Delivery) async -> DeliveryOutcome {
    state.withLock { state in
      if state.ended.contains(delivery.key) { state.faults.append(delivery.key) }
      let outcome: DeliveryOutcome =
        switch state.random.below(8) {
        case 0, 1, 2: .sent
        case 3: .unknown(reason: "the time was up")
        case 4: .refused(reason: "no", breaksChannel: state.random.chance(0.2))
        default: .retry(reason: "503", after: state.random.chance(0.3) ? .seconds(5) : nil)
        }
      if case .retry = outcome { return outcome }
      state.ended.insert(delivery.key)
      return outcome
    }
  }
}
