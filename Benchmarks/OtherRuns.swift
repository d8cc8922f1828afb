import Domain
import Foundation

/// One event at a time on a server that has nothing else to do.
struct IdleRun {
  let installation: Installation
  let options: Options

  /// Times from a call to its durable answer.
  func answers() throws -> Samples {
    let connection = try HTTPConnection(port: installation.port)
    var workload = Workload(customers: options.customers, seed: options.seed, stream: 1_000)
    var samples = Samples()
    for _ in 0..<options.singles {
      let body = workload.batch(1, at: Clock.now())
      samples.add(try send(body, on: connection))
      // Long enough for the fold of this event to be over.
      try Clock.pause(0.015)
    }
    try installation.waitForFold(connection)
    return samples
  }

  /// Times from a call about a customer that nobody knew to the moment the API shows the customer's score.
  func scores() throws -> Samples {
    let connection = try HTTPConnection(port: installation.port)
    var samples = Samples()
    for number in 0..<options.scores {
      let customer = "new-\(number)"
      let event: JSON = [
        "type": "track", "messageId": .string("score-\(number)"), "userId": .string("person-\(number)"), "event": "Signed In",
        "context": ["groupId": .string(customer)],
      ]
      let start = Clock.seconds()
      _ = try send(JSON.object([.init("batch", .array([event]))]).printedBytes(), on: connection)
      try Clock.wait(upTo: 30, for: "the score of a new customer", every: 0.0005) {
        let answer = try connection.get("/api/v1/customers/\(customer)", key: installation.apiKey)
        return answer.status == 200 && (try? JSON.parse(answer.body))?["health"]?["score"]?.double != nil
      }
      samples.add(Clock.seconds() - start)
      // Not in step with anything that the server does on a clock.
      try Clock.pause(0.02 + 0.0037 * Double(number % 10))
    }
    return samples
  }

  private func send(_ body: [UInt8], on connection: HTTPConnection) throws -> Double {
    let start = Clock.seconds()
    let answer = try connection.post("/v1/batch", key: installation.writeKey, body: body)
    guard answer.status == 200 else {
      throw Failure("/v1/batch answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
    }
    return Clock.seconds() - start
  }
}

/// `holdfast import events` of a made-up file, scoring included.
struct ImportRun {
  struct Result {
    var seconds: Double
    var fileSize: Int
    /// Bytes.
    var peakMemory: Int?
  }

  let installation: Installation
  let options: Options

  func run() throws -> Result {
    let path = installation.folder + "/events.ndjson"
    let size = try write(path)
    let start = Clock.seconds()
    let (output, peak) = try installation.command(["import", "events", path], limit: 3_600)
    let seconds = Clock.seconds() - start
    guard output.contains("\(options.importRows) accepted, 0 duplicate, 0 rejected") else {
      throw Failure("not all was imported: \(output)")
    }
    return Result(seconds: seconds, fileSize: size, peakMemory: peak)
  }

  private func write(_ path: String) throws -> Int {
    var workload = Workload(customers: options.customers, seed: options.seed, stream: 2_000)
    let now = Clock.now()
    guard let file = fopen(path, "w") else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    var size = 0
    for _ in 0..<options.importRows {
      let line = Array(workload.line(before: now).utf8)
      guard fwrite(line, 1, line.count, file) == line.count else {
        fclose(file)
        throw Failure("\(path): \(String(cString: strerror(errno)))")
      }
      size += line.count
    }
    guard fclose(file) == 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    return size
  }
}
