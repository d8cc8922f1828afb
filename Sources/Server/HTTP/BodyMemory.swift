import Synchronization

/// Counts the bytes of all bodies in memory, as they came and unpacked. Whoever showed no key yet has a small budget apart, so that
/// strangers crowd out strangers only.
final class BodyMemory: Sendable {
  enum Sender: Sendable { case known, stranger }

  private struct Pool {
    let budget: Int
    var held = 0

    /// - Parameter own: what the same body holds already. A body alone is let in whatever the budget; limits of its own bound it.
    mutating func take(_ bytes: Int, own: Int) -> Bool {
      guard held == own || held + bytes <= budget else { return false }
      held += bytes
      return true
    }
  }

  private struct Pools {
    var known: Pool
    var strangers: Pool

    subscript(sender: Sender) -> Pool {
      get { sender == .known ? known : strangers }
      set { if sender == .known { known = newValue } else { strangers = newValue } }
    }
  }

  private let pools: Mutex<Pools>

  /// - Parameters:
  ///   - known: bytes of all bodies of senders with a valid key.
  ///   - strangers: bytes of all other bodies.
  init(known: Int, strangers: Int) {
    pools = Mutex(Pools(known: Pool(budget: known), strangers: Pool(budget: strangers)))
  }

  func share(of sender: Sender) -> Share { Share(self, sender) }

  /// What one body holds.
  final class Share: Sendable {
    private let memory: BodyMemory
    private let state: Mutex<(sender: Sender, bytes: Int)>

    fileprivate init(_ memory: BodyMemory, _ sender: Sender) {
      self.memory = memory
      state = Mutex((sender, 0))
    }

    /// Counts further bytes.
    /// - Returns: whether there is room; if not, nothing was counted.
    func take(_ bytes: Int) -> Bool {
      state.withLock { state in
        guard memory.pools.withLock({ $0[state.sender].take(bytes, own: state.bytes) }) else { return false }
        state.bytes += bytes
        return true
      }
    }

    /// - Throws: `Problem` 429 where there is no room.
    func charge(_ bytes: Int) throws {
      guard take(bytes) else { throw Problem.overloaded(retryAfter: 1) }
    }

    /// Makes room among strangers once a valid key was found in the body.
    /// - Throws: `Problem` 429 where there is no room among the known.
    func becomeKnown() throws {
      let hasRoom = state.withLock { state in
        guard state.sender == .stranger else { return true }
        return memory.pools.withLock { pools in
          guard pools.known.take(state.bytes, own: 0) else { return false }
          pools.strangers.held -= state.bytes
          state.sender = .known
          return true
        }
      }
      guard hasRoom else { throw Problem.overloaded(retryAfter: 1) }
    }

    func giveBack() {
      state.withLock { state in
        memory.pools.withLock { $0[state.sender].held -= state.bytes }
        state.bytes = 0
      }
    }
  }
}
