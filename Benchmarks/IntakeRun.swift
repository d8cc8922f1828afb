import Domain
import Foundation
import Synchronization

/// Events as fast as the server takes them: some senders, each with one batch under way at a time.
struct IntakeRun {
  struct Result: Sendable {
    var sent = Sender.Tally()
    /// Seconds that one event waited for the fold at worst, as the API said every quarter of a second.
    var lag = Samples()
    /// Seconds from the first request to the last answer, and until all was folded.
    var sending = 0.0
    var folding = 0.0
    /// Seconds of processor time that the server took until all was folded, and the senders.
    var serverTime: Double?
    var senderTime = 0.0
    /// Bytes.
    var memory: (now: Int, peak: Int)?
    var databaseGrowth = 0
  }

  let installation: Installation
  let options: Options

  /// - Throws: `Failure` where an answer is neither 200 nor 429, or where the server has not stored exactly what it answered 200.
  func run() throws -> Result {
    let connection = try HTTPConnection(port: installation.port)
    let acceptedBefore = try installation.statistics(connection).accepted
    let sizeBefore = try installation.databaseSize()
    let serverBefore = ProcessFiles.processorTime(installation.process)
    let senderBefore = Self.ownProcessorTime()
    var result = Result()
    let start = Clock.seconds()
    let crew = Crew(installation: installation, options: options, end: start + options.seconds)
    while !crew.isDone {
      result.lag.add(try installation.statistics(connection).lag)
      try Clock.pause(0.25)
    }
    result.sent = try crew.tally()
    result.sending = result.sent.lastAnswer - start
    result.senderTime = Self.ownProcessorTime() - senderBefore
    try installation.waitForFold(connection)
    result.folding = Clock.seconds() - start
    if let serverBefore, let after = ProcessFiles.processorTime(installation.process) { result.serverTime = after - serverBefore }
    result.memory = ProcessFiles.memory(installation.process)
    result.databaseGrowth = try installation.databaseSize() - sizeBefore
    let accepted = try installation.statistics(connection).accepted - acceptedBefore
    guard accepted == result.sent.answered else {
      throw Failure("\(result.sent.answered) events were answered 200, but \(accepted) are stored")
    }
    return result
  }

  private static func ownProcessorTime() -> Double {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
    #else
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #endif
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
  }
}

/// The senders, each on a thread of its own.
private final class Crew {
  private let group = DispatchGroup()
  private let results: Results

  /// What the threads hand in.
  private final class Results: Sendable {
    let values = Mutex<(tally: Sender.Tally, failure: (any Error)?)>((Sender.Tally(), nil))
  }

  init(installation: Installation, options: Options, end: Double) {
    let results = Results()
    self.results = results
    for number in 0..<options.connections {
      let sender = Sender(port: installation.port, key: installation.writeKey, options: options, number: number, end: end)
      let group = group
      group.enter()
      Thread {
        do {
          let tally = try sender.run()
          results.values.withLock { $0.tally.add(tally) }
        } catch {
          results.values.withLock { $0.failure = error }
        }
        group.leave()
      }.start()
    }
  }

  var isDone: Bool { group.wait(timeout: .now()) == .success }

  /// What all have sent together. - Throws: what stopped one of them.
  func tally() throws -> Sender.Tally {
    group.wait()
    return try results.values.withLock { values in
      if let failure = values.failure { throw failure }
      return values.tally
    }
  }
}

/// One sender.
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

    mutating func add(_ other: Tally) {
      answered += other.answered
      refused += other.refused
      latency.add(other.latency)
      lastAnswer = max(lastAnswer, other.lastAnswer)
    }
  }

  let port: UInt16
  let key: String
  let options: Options
  let number: Int
  let end: Double

  /// Longest wait that a `Retry-After` is believed, in seconds.
  private static let maximumWait = 30

  func run() throws -> Tally {
    let connection = try HTTPConnection(port: port)
    var workload = Workload(customers: options.customers, seed: options.seed, stream: UInt64(number + 1))
    var tally = Tally()
    while Clock.seconds() < end {
      try Interruption.check()
      let body = workload.batch(options.batch, at: Clock.now())
      while try !post(body, on: connection, &tally), Clock.seconds() < end {}
    }
    return tally
  }

  /// - Returns: whether it was taken.
  private func post(_ body: [UInt8], on connection: HTTPConnection, _ tally: inout Tally) throws -> Bool {
    let start = Clock.seconds()
    let answer = try connection.post("/v1/batch", key: key, body: body)
    let now = Clock.seconds()
    switch answer.status {
    case 200:
      tally.answered += options.batch
      tally.latency.add(now - start)
      tally.lastAnswer = now
      return true
    case 429:
      tally.refused += 1
      try Clock.pause(Double(min(answer.retryAfter ?? 1, Self.maximumWait)))
      return false
    default: throw Failure("/v1/batch answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
    }
  }
}
