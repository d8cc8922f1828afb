import Domain
import Logging
import SQL
import ServiceLifecycle
import Storage
import Synchronization

/// Group commit: calls that wait at the same time share one durable transaction. The queue is bounded; beyond
/// it callers are asked to come later.
public actor Intake: IntakeSink, Service {
  private enum Work {
    case entries([PreparedEntry], CheckedContinuation<Result<[AppendOutcome], IntakeRefusal>, Never>)
    case setAside([SetAside], CheckedContinuation<Result<Void, IntakeRefusal>, Never>)

    var size: Int {
      switch self {
      case .entries(let entries, _): entries.count
      case .setAside(let inputs, _): inputs.count
      }
    }
  }

  /// A commit of so many entries is not divided.
  private static let worthwhile = 1_000

  private let fold: Fold
  private let log: Log
  private let time: any TimeSource
  private let logger: Logger
  private let onCommit: @Sendable () -> Void
  private let capacity: Int
  private let batch: Int
  private let gauge: LagGauge?
  private var queue: [Work] = []
  private var queued = 0 { didSet { waiting.store(queued, ordering: .relaxed) } }
  /// `queued`, for whoever does not wait for this actor.
  private let waiting = Atomic(0)
  private var isOpen = true
  private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// - Parameters:
  ///   - capacity: entries that may wait; more are refused as `overloaded`.
  ///   - batch: entries per transaction, at most (but always whole calls).
  ///   - gauge: where others fold: how long entries wait for them.
  ///   - onCommit: called after each durable commit that left something for the fold to do.
  public init(
    fold: Fold, log: Log, time: any TimeSource, logger: Logger, capacity: Int = 50_000, batch: Int = 20_000,
    gauge: LagGauge? = nil, onCommit: @escaping @Sendable () -> Void
  ) {
    self.fold = fold
    self.log = log
    self.time = time
    self.logger = logger
    self.capacity = capacity
    self.batch = batch
    self.gauge = gauge
    self.onCommit = onCommit
  }

  public nonisolated var isNearlyFull: Bool { waiting.load(ordering: .relaxed) > room - room / 10 || isBehind }

  /// How many entries may wait here. Where others fold, what waits here is not yet in what they are behind with: less of it may.
  private nonisolated var room: Int { fold.tenancy.tenure.isWhole ? capacity : capacity / 5 }

  private nonisolated var isBehind: Bool { gauge?.isTooLong ?? false }

  public nonisolated func append(_ entries: [LogEntry]) async throws(IntakeRefusal) -> [AppendOutcome] {
    guard !entries.isEmpty else { return [] }
    // Beside the others: commits take turns.
    return try await append(prepared: log.prepared(entries))
  }

  private func append(prepared entries: [PreparedEntry]) async throws(IntakeRefusal) -> [AppendOutcome] {
    try admit(entries.count)
    let result = await withCheckedContinuation { enqueue(.entries(entries, $0)) }
    return try result.get()
  }

  public func setAside(_ inputs: [SetAside]) async throws(IntakeRefusal) {
    guard !inputs.isEmpty else { return }
    try admit(inputs.count)
    let result = await withCheckedContinuation { enqueue(.setAside(inputs, $0)) }
    return try result.get()
  }

  private func admit(_ count: Int) throws(IntakeRefusal) {
    guard isOpen else { throw .unavailable("the server is shutting down") }
    guard !isBehind, queued + count <= room || queue.isEmpty else { throw .overloaded(retryAfter: 1) }
  }

  private func enqueue(_ work: Work) {
    queue.append(work)
    queued += work.size
    signal.yield()
  }

  /// Writes until the group shuts down; what was queued by then is still written.
  public func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      for await _ in signals { await drain() }
    } onCancelOrGracefulShutdown: { [signal] in
      signal.finish()
    }
    isOpen = false
    await drain()
  }

  private func drain() async {
    while !queue.isEmpty {
      var taken: [Work] = []
      var size = 0
      // Of much that waits a part stays for the next commit: were all of it answered at once, nothing would be there to write while their
      // senders make what comes next.
      let most = min(batch, max(Self.worthwhile, queued * 3 / 5))
      while let next = queue.first, taken.isEmpty || size + next.size <= most {
        taken.append(queue.removeFirst())
        size += next.size
      }
      await commit(taken)
      queued -= size
    }
  }

  private func commit(_ works: [Work]) async {
    let entries = works.map { work in if case .entries(let entries, _) = work { entries } else { [PreparedEntry]() } }
    let aside = works.flatMap { work in if case .setAside(let inputs, _) = work { inputs } else { [SetAside]() } }
    let now = time.now()
    let result: Result<[[AppendOutcome]], IntakeRefusal>
    do {
      let all = entries.flatMap(\.self)
      let (outcomes, isFolded) = try await fold.take { [log] connection in
        let appended = try log.append(all, at: now, connection)
        if !aside.isEmpty { try Log.setAside(aside, at: now, connection) }
        return (appended, appended.outcomes)
      }
      var start = 0
      result = .success(
        entries.map { part in
          defer { start += part.count }
          return Array(outcomes[start..<(start + part.count)])
        })
      // What failed before is not confirmed by a commit that appended nothing.
      if !all.isEmpty { log.confirm() }
      if !isFolded { onCommit() }
    } catch {
      logger.error("intake cannot write", metadata: ["error": "\((error as? DatabaseFailure)?.detail ?? "\(error)")"])
      // The database's own words, which tell where it is, are for the log alone.
      result = .failure(.unavailable("The database cannot take writes now; nothing is lost if you send this again."))
    }
    for (index, work) in works.enumerated() {
      switch work {
      case .entries(_, let continuation): continuation.resume(returning: result.map { $0[index] })
      case .setAside(_, let continuation): continuation.resume(returning: result.map { _ in })
      }
    }
  }
}
