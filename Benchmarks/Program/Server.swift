import Domain
import Foundation

/// A running `holdfast serve` on a free port of this machine.
final class Server {
  let port: UInt16
  /// Seconds from the start of the program until it was ready to serve.
  let startTime: Double
  private let process: Process
  private let apiKey: String

  /// Waits until it is ready.
  init(_ process: Process, log: String, apiKey: String, startedAt: Double) throws {
    self.process = process
    self.apiKey = apiKey
    var port: UInt16 = 0
    do {
      try Clock.wait(upTo: Self.patience, for: "the server to listen", every: 0.002) {
        guard process.isRunning else { throw Failure("the server ended:\n\(ProcessFiles.end(of: log))") }
        port = Self.port(in: ProcessFiles.text(log)) ?? 0
        return port != 0
      }
      self.port = port
      let connection = try HTTPConnection(port: port)
      try Clock.wait(upTo: Self.patience, for: "the server to be ready", every: 0.002) { try connection.get("/readyz").status == 200 }
    } catch {
      Children.end(process)
      throw error
    }
    startTime = Clock.seconds() - startedAt
  }

  /// A first start scores all customers that it finds, before it is ready.
  private static let patience = 1_800.0

  private static func port(in log: String) -> UInt16? {
    guard let start = log.range(of: "listens on http://127.0.0.1:"), let end = log[start.upperBound...].firstIndex(where: { !$0.isNumber })
    else {
      return nil
    }
    return UInt16(log[start.upperBound..<end])
  }

  func connect() throws -> HTTPConnection { try HTTPConnection(port: port) }

  /// Bytes: memory in use now, and the most that ever was.
  var memory: (now: Int, peak: Int)? { ProcessFiles.memory(process.processIdentifier) }
  /// Seconds.
  var processorTime: Double? { ProcessFiles.processorTime(process.processIdentifier) }

  /// Asks it to end and waits for it.
  func stop() throws {
    process.terminate()
    try Clock.wait(upTo: 300, for: "the server to end", every: 0.01) { !process.isRunning }
    guard process.terminationStatus == 0 else { throw Failure("the server ended with status \(process.terminationStatus)") }
  }

  /// `kill -9`, unless it has ended.
  func kill() { Children.end(process) }

  // MARK: The API

  /// An answer of the JSON API.
  func api(_ path: String, on connection: HTTPConnection) throws -> JSON {
    let answer = try connection.get(path, key: apiKey)
    guard answer.status == 200 else { throw Failure("\(path) answered \(answer.status): \(answer.text)") }
    return try JSON.parse(answer.body)
  }

  /// What was accepted since the beginning, and by how many seconds the fold is behind.
  func statistics(on connection: HTTPConnection) throws -> (accepted: Int, lag: Double) {
    let json = try api("/api/v1/stats", on: connection)
    guard let accepted = json["events"]?["accepted"]?.double, let lag = json["fold"]?["lag_seconds"]?.double else {
      throw Failure("/api/v1/stats does not tell what it should")
    }
    return (Int(accepted), lag)
  }

  /// Waits until everything appended is folded.
  func waitForFold(on connection: HTTPConnection) throws {
    try Clock.wait(upTo: 900, for: "the fold to catch up", every: 0.02) { try statistics(on: connection).lag == 0 }
  }

  /// A customer's score; `nil` while there is none.
  func score(of customer: String, on connection: HTTPConnection) throws -> Double? {
    let answer = try connection.get("/api/v1/customers/\(customer)", key: apiKey)
    return answer.status == 200 ? try JSON.parse(answer.body)["health"]?["score"]?.double : nil
  }
}

/// Processes of ours.
enum Children {
  /// The child sees none of our environment but what programs need to run: no address in it can be called by mistake.
  static func launch(
    _ program: String, _ arguments: [String], environment: [String: String], folder: String, output: String, log: String
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = environment
    for name in ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH"] { environment[name] = ProcessInfo.processInfo.environment[name] }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try handle(output)
    process.standardError = try handle(log)
    try process.run()
    return process
  }

  /// Ends it, if it has not ended yet, however it can.
  static func end(_ process: Process) {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private static func handle(_ path: String) throws -> FileHandle {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path) else {
      throw Failure("\(path) cannot be written")
    }
    return handle
  }
}
