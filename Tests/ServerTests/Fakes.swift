import Domain
import Engine
import SQL
import Synchronization

/// A log in memory; it can be told to refuse.
actor FakeSink: IntakeSink {
  private(set) var entries: [LogEntry] = []
  private(set) var refused: [SetAside] = []
  private var seen: Set<String> = []
  private var refusals: [IntakeRefusal] = []
  private var setAsideRefusal: IntakeRefusal?
  private var whileAppending: (@Sendable () async -> Void)?
  private let full = Mutex(false)

  nonisolated var isNearlyFull: Bool { full.withLock { $0 } }

  /// From now on it says that it is nearly full, or not any more.
  nonisolated func setNearlyFull(_ isFull: Bool) { full.withLock { $0 = isFull } }

  /// The next calls are refused, in this order.
  func refuse(with refusals: [IntakeRefusal]) { self.refusals = refusals }

  /// From now on nothing can be set aside; `nil`: it can again.
  func refuseSetAside(with refusal: IntakeRefusal?) { setAsideRefusal = refusal }

  /// Runs once, while the next call waits for its entries to be durable.
  func onNextAppend(_ body: @escaping @Sendable () async -> Void) { whileAppending = body }

  func append(_ entries: [LogEntry]) async throws(IntakeRefusal) -> [AppendOutcome] {
    if !refusals.isEmpty { throw refusals.removeFirst() }
    if let body = whileAppending {
      whileAppending = nil
      await body()
    }
    return entries.map { entry in
      guard seen.insert(entry.messageID).inserted else { return .duplicate }
      self.entries.append(entry)
      return .accepted
    }
  }

  func setAside(_ inputs: [SetAside]) async throws(IntakeRefusal) {
    if !refusals.isEmpty { throw refusals.removeFirst() }
    if let setAsideRefusal { throw setAsideRefusal }
    refused += inputs
  }
}

/// A clock that stands until it is moved; sleeping moves it.
final class FakeTime: TimeSource {
  private let instant: Mutex<Instant>

  init(_ instant: Instant) { self.instant = Mutex(instant) }

  func now() -> Instant { instant.withLock { $0 } }

  func advance(by span: TimeSpan) { instant.withLock { $0 = $0 + span } }

  func sleep(for span: TimeSpan) async throws { advance(by: span) }
}

/// Counts reads on the way to the real database, and can be made to fail.
final class WatchedDatabase: SQL.Database {
  private let real: any SQL.Database
  private let count = Mutex(0)
  private let failure = Mutex<DatabaseFailure?>(nil)

  init(_ real: any SQL.Database) { self.real = real }

  var reads: Int { count.withLock { $0 } }

  func fail(with failure: DatabaseFailure?) { self.failure.withLock { $0 = failure } }

  var dialect: Dialect { real.dialect }

  func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    count.withLock { $0 += 1 }
    if let failure = failure.withLock({ $0 }) { throw failure }
    return try await real.read(patience: patience, body)
  }

  func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await real.write(patience: patience, body)
  }
  func close() async throws { try await real.close() }
}

/// Bytes that look random and are the same in every run.
final class CountingBytes: Sendable {
  private let state: Mutex<UInt64>

  init(seed: UInt64) { state = Mutex(seed) }

  func next(_ count: Int) -> [UInt8] {
    state.withLock { state in
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
      }
    }
  }
}
