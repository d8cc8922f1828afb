import Domain
import Foundation

/// Events over HTTP for some time, and what became of them.
struct IntakeRun {
  struct Result: Sendable {
    var sent = Sender.Tally()
    /// Seconds that one event waited for the fold at worst, as the API said every quarter of a second.
    var lag = Samples()
    /// Seconds from the first request to the last answer, and until all was folded.
    var sending = 0.0
    var folding = 0.0
    /// Seconds of processor time that the servers took until all was folded, and the senders.
    var serverTime: Double?
    var senderTime = 0.0
    /// Bytes that the servers had in memory while events came, in the order of time, and at most.
    var memory = Samples()
    var memoryPeak: Int?
    var databaseGrowth = 0

    /// Events a second: answered, and folded.
    var answeredRate: Double { Double(sent.answered) / max(sending, 1e-9) }
    var foldedRate: Double { Double(sent.answered) / max(folding, 1e-9) }
  }

  let installation: Installation
  let servers: [Server]
  let load: Load

  init(
    _ installation: Installation, _ servers: [Server], _ options: Options, seconds: Double? = nil, rate: Double? = nil, number: Int = 0
  ) {
    self.installation = installation
    self.servers = servers
    load = Load(
      ports: servers.map(\.port), key: installation.writeKey, options: options, seconds: seconds ?? options.seconds, rate: rate,
      number: number)
  }

  /// - Parameter meanwhile: called again and again while events come; may take its time, and may end them. It returns how many entries it
  ///   had accepted itself.
  /// - Throws: `Failure` where an answer is neither 200 nor 429, or where the server has not stored exactly what it answered 200.
  func run(meanwhile: (Crew) throws -> Int = pauseBetweenLooks) throws -> Result {
    let server = servers[0]
    let connection = try server.connect()
    let acceptedBefore = try server.statistics(on: connection).accepted
    let sizeBefore = try installation.databaseSize()
    let (serversBefore, sendersBefore) = (serverTime, Self.ownProcessorTime())
    var result = Result()
    var others = 0
    let start = Clock.seconds()
    let crew = Crew(load)
    while !crew.isDone {
      result.lag.add(try server.statistics(on: connection).lag)
      result.memory.add(Double(servers.compactMap { $0.memory?.now }.reduce(0, +)))
      others += try meanwhile(crew)
    }
    result.sent = try crew.tally()
    guard result.sent.answered > 0 else { throw Failure("not one batch was taken within \(Int(load.seconds)) s") }
    result.sending = result.sent.lastAnswer - start
    result.senderTime = Self.ownProcessorTime() - sendersBefore
    try server.waitForFold(on: connection)
    result.folding = Clock.seconds() - start
    if let serversBefore, let serverTime { result.serverTime = serverTime - serversBefore }
    result.memoryPeak = servers.compactMap { $0.memory?.peak }.reduce(nil) { ($0 ?? 0) + $1 }
    result.databaseGrowth = try installation.databaseSize() - sizeBefore
    let accepted = try server.statistics(on: connection).accepted - acceptedBefore
    guard accepted == result.sent.answered + others else {
      throw Failure("\(result.sent.answered + others) entries were answered 200, but \(accepted) are stored")
    }
    return result
  }

  static func pauseBetweenLooks(_: Crew) throws -> Int {
    try Clock.pause(0.25)
    return 0
  }

  /// Of all servers; `nil` where the system does not tell.
  private var serverTime: Double? {
    let times = servers.compactMap(\.processorTime)
    return times.count == servers.count ? times.reduce(0, +) : nil
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
