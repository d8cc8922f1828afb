import Domain
import Engine
import Logging
import SQL
import Storage
import Synchronization

/// An outbox over a database, with a clock and channels that the test holds.
struct OutboxFixture {
  static let start = Instant(microseconds: 1_764_000_000_000_000)

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  let database: any Database
  let time: VirtualTime
  let channels: Mutable<[String: any DeliveryChannel]>
  let outbox: Outbox

  /// - Parameter seed: of the jitter.
  init(_ database: any Database, time: VirtualTime = VirtualTime(start), channels: [String: any DeliveryChannel], seed: UInt64 = 1) {
    self.database = database
    self.time = time
    let held = Mutable(channels)
    self.channels = held
    let random = Mutable(SplitMix64(seed: seed))
    outbox = Outbox(
      database: database, channels: { held.value }, time: time, random: { random.change { $0.unit() } },
      logger: Self.logger)
  }

  func enqueue(_ keys: [String], channel: String) async throws {
    let now = time.now()
    try await database.write { connection in
      for key in keys {
        try DeliveryQueries.enqueue(
          Delivery(key: key, customer: "acme", channel: channel, payload: .null, title: key, createdAt: now, nextAttemptAt: now), connection
        )
      }
    }
  }

  func delivery(_ key: String) async throws -> Delivery? {
    try await database.read { try DeliveryQueries.load(key: key, $0) }
  }

  func states() async throws -> [Delivery.State: Int] {
    try await database.read { try DeliveryQueries.counts($0) }
  }
}

/// A value that the test and the engine share.
final class Mutable<Value: Sendable>: Sendable {
  private let held: Mutex<Value>
  init(_ value: Value) { held = Mutex(value) }
  var value: Value {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
  func change<T: Sendable>(_ body: (inout Value) -> T) -> T {
    held.withLock { value in
      body(&value)
    }
  }
}
