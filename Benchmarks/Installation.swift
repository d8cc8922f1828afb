import Domain
import Foundation

/// One installation of the real program in a folder of its own: configuration, database, at most one running server on a free port of this
/// machine.
final class Installation {
  let folder: String
  let binary: String
  let place: Place
  private(set) var port: UInt16 = 0
  private(set) var writeKey = ""
  private(set) var apiKey = ""
  private var server: Process?

  init(folder: String, binary: String, place: Place) throws {
    self.folder = folder
    self.place = place
    self.binary = binary
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try command(["init", "config", "--starter", "sop"])
  }

  var process: Int32 { server?.processIdentifier ?? 0 }

  private var file: String { folder + "/holdfast.db" }
  private var database: String {
    switch place {
    case .sqlite: "sqlite:" + file
    case .postgres(let server, let database): server.address(of: database)
    }
  }

  /// Bytes of the database; of a file with its write-ahead log.
  func databaseSize() throws -> Int {
    switch place {
    case .sqlite:
      ["", "-wal"].reduce(0) { sum, suffix in
        let attributes = try? FileManager.default.attributesOfItem(atPath: file + suffix)
        return sum + (attributes?[.size] as? Int ?? 0)
      }
    case .postgres(let server, let database): try server.size(of: database)
    }
  }

  func makeKeys() throws {
    writeKey = try command(["key", "add", "--scope", "write", "--name", "benchmark"]).output
    apiKey = try command(["key", "add", "--scope", "api", "--name", "benchmark"]).output
  }

  /// Runs the program to its end.
  /// - Returns: what it printed, and the most memory it used, in bytes, as seen about every 5 ms.
  /// - Throws: `Failure` where it fails or takes more than `limit` seconds.
  func command(_ arguments: [String], limit: Double = 60) throws -> (output: String, peak: Int?) {
    let output = folder + "/output"
    let log = folder + "/command.log"
    let process = try launch(arguments, output: output, log: log)
    defer { end(process) }
    var peak: Int?
    try Clock.wait(upTo: limit, for: "holdfast \(arguments[0])", every: 0.005) {
      if let memory = ProcessFiles.memory(process.processIdentifier) { peak = max(peak ?? 0, memory.peak) }
      return !process.isRunning
    }
    guard process.terminationStatus == 0 else {
      throw Failure("holdfast \(arguments.joined(separator: " ")) failed:\n\(ProcessFiles.text(log).suffix(2_000))")
    }
    return (ProcessFiles.text(output).trimmingCharacters(in: .whitespacesAndNewlines), peak)
  }

  /// Starts the server. - Returns: seconds until it was ready to serve.
  func start() throws -> Double {
    let log = folder + "/server.log"
    let start = Clock.seconds()
    let process = try launch(["serve", "--listen", "127.0.0.1:0"], output: folder + "/output", log: log)
    server = process
    try Clock.wait(upTo: 120, for: "the server to listen", every: 0.002) {
      guard process.isRunning else { throw Failure("the server ended:\n\(ProcessFiles.text(log).suffix(2_000))") }
      port = Self.port(in: ProcessFiles.text(log)) ?? 0
      return port != 0
    }
    let connection = try HTTPConnection(port: port)
    try Clock.wait(upTo: 120, for: "the server to be ready", every: 0.002) { try connection.get("/readyz").status == 200 }
    return Clock.seconds() - start
  }

  private static func port(in log: String) -> UInt16? {
    guard let start = log.range(of: "listens on http://127.0.0.1:"), let end = log[start.upperBound...].firstIndex(where: { !$0.isNumber })
    else {
      return nil
    }
    return UInt16(log[start.upperBound..<end])
  }

  /// Asks the server to end and waits for it.
  func stop() throws {
    guard let process = server else { return }
    process.terminate()
    try Clock.wait(upTo: 120, for: "the server to end", every: 0.01) { !process.isRunning }
    server = nil
    guard process.terminationStatus == 0 else { throw Failure("the server ended with status \(process.terminationStatus)") }
  }

  /// Ends whatever still runs, however it can.
  func kill() {
    if let server { end(server) }
    server = nil
  }

  private func end(_ process: Process) {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// The child sees none of our environment but what programs need to run: no address in it can be called by mistake.
  private func launch(_ arguments: [String], output: String, log: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: binary)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = ["HOLDFAST_CONFIG": folder + "/config", "HOLDFAST_DATABASE": database]
    for name in ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH"] { environment[name] = ProcessInfo.processInfo.environment[name] }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.handle(output)
    process.standardError = try Self.handle(log)
    try process.run()
    return process
  }

  private static func handle(_ path: String) throws -> FileHandle {
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path) else {
      throw Failure("\(path) cannot be written")
    }
    return handle
  }

  /// Statistics by the API: what was accepted since the beginning, and by how many seconds the fold is behind.
  func statistics(_ connection: HTTPConnection) throws -> (accepted: Int, lag: Double) {
    let answer = try connection.get("/api/v1/stats", key: apiKey)
    guard answer.status == 200, let json = try? JSON.parse(answer.body), let accepted = json["events"]?["accepted"]?.double,
      let lag = json["fold"]?["lag_seconds"]?.double
    else { throw Failure("/api/v1/stats answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))") }
    return (Int(accepted), lag)
  }

  /// Waits until everything appended is folded.
  func waitForFold(_ connection: HTTPConnection, every interval: Double = 0.02) throws {
    try Clock.wait(upTo: 900, for: "the fold to catch up", every: interval) { try statistics(connection).lag == 0 }
  }
}
