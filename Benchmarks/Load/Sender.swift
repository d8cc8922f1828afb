import Domain
import Foundation
import Synchronization

/// What senders send, to whom, for how long.
struct Load: Sendable {
  /// Ports of the servers; senders take turns among them.
  var ports: [UInt16]
  var key: String
  var options: Options
  var seconds: Double
  /// Events a second, of all senders together; `nil`: as many as are taken.
  var rate: Double?
  /// Loads of different numbers have message ids of their own.
  var number: Int
  /// Whether a server may be gone before the senders are done.
  var mayBeCutOff = false
}

/// The senders of a load, each on a thread of its own.
final class Crew {
  private let group = DispatchGroup()
  private let shared = Shared()

  /// What the threads are told, and what they hand in.
  final class Shared: Sendable {
    let isOver = Atomic<Bool>(false)
    fileprivate let results = Mutex<(tally: Sender.Tally, failure: (any Error)?)>((Sender.Tally(), nil))
  }

  /// Begins at once.
  init(_ load: Load) {
    let start = Clock.seconds()
    for number in 0..<load.options.connections {
      let (group, shared) = (group, shared)
      let sender = Sender(load: load, number: number, start: start, shared: shared)
      group.enter()
      Thread {
        do {
          let tally = try sender.run()
          shared.results.withLock { $0.tally.add(tally) }
        } catch {
          shared.results.withLock { $0.failure = $0.failure ?? error }
        }
        group.leave()
      }.start()
    }
  }

  var isDone: Bool { group.wait(timeout: .now()) == .success }

  /// Ends them before their time.
  func stop() { shared.isOver.store(true, ordering: .relaxed) }

  /// What all have sent together. - Throws: what stopped one of them.
  func tally() throws -> Sender.Tally {
    group.wait()
    return try shared.results.withLock { results in
      if let failure = results.failure { throw failure }
      return results.tally
    }
  }
}

/// One sender, with one batch under way at a time.
struct Sender: Sendable {
  struct Tally: Sendable {
    /// Events in batches that were answered 200.
    var answered = 0
    /// Answers 429; such a batch comes again after the wait it was told.
    var refused = 0
    /// Answer times of batches.
    var latency = Samples()
    /// On the clock of the run.
    var lastAnswer = 0.0
    /// Senders that were cut off.
    var cutOff = 0

    mutating func add(_ other: Tally) {
      answered += other.answered
      refused += other.refused
      latency.add(other.latency)
      lastAnswer = max(lastAnswer, other.lastAnswer)
      cutOff += other.cutOff
    }
  }

  let load: Load
  let number: Int
  let start: Double
  let shared: Crew.Shared

  /// Longest wait that a `Retry-After` is believed, in seconds.
  private static let maximumWait = 30

  private var end: Double { start + load.seconds }
  private var isOver: Bool { shared.isOver.load(ordering: .relaxed) || Clock.seconds() >= end }

  func run() throws -> Tally {
    let connection = try HTTPConnection(port: load.ports[number % load.ports.count])
    let stream = UInt64(load.number * 1_000 + number + 1)
    var workload = Workload(customers: load.options.customers, seed: load.options.seed, stream: stream)
    var tally = Tally()
    var due = start
    while !isOver {
      try Interruption.check()
      if let rate = load.rate {
        due += Double(load.options.batch * load.options.connections) / rate
        try Clock.pause(min(due, end) - Clock.seconds())
      }
      let body = workload.batch(load.options.batch, at: Clock.now())
      do {
        while try !post(body, on: connection, &tally), !isOver {}
      } catch  where load.mayBeCutOff {
        tally.cutOff += 1
        return tally
      }
    }
    return tally
  }

  /// - Returns: whether it was taken.
  private func post(_ body: [UInt8], on connection: HTTPConnection, _ tally: inout Tally) throws -> Bool {
    let start = Clock.seconds()
    let answer = try connection.track(body, key: load.key)
    let now = Clock.seconds()
    switch answer.status {
    case 200:
      tally.answered += load.options.batch
      tally.latency.add(now - start)
      tally.lastAnswer = now
      return true
    case 429:
      tally.refused += 1
      try Clock.pause(Double(min(answer.retryAfter ?? 1, Self.maximumWait)))
      return false
    default: throw Failure("/v1/batch answered \(answer.status): \(answer.text)")
    }
  }
}
