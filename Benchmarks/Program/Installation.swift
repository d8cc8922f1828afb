import Foundation

/// One installation of the real program in a folder of its own: configuration, keys, database, and the servers that run on it.
final class Installation {
  let folder: String
  let place: Place
  private let program: String
  private(set) var writeKey = ""
  private(set) var apiKey = ""
  private var servers: [Server] = []

  /// A new one; the database need not be there.
  init(program: String, folder: String, place: Place) throws {
    self.program = program
    self.folder = folder
    self.place = place
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try command(["init", "config", "--starter", "sop"])
    writeKey = try command(["key", "add", "--scope", "write", "--name", "benchmark"]).output
    apiKey = try command(["key", "add", "--scope", "api", "--name", "benchmark"]).output
  }

  /// One with configuration and keys of another, on a copy of its database.
  init(copying other: Installation, folder: String, place: Place) throws {
    program = other.program
    self.folder = folder
    self.place = place
    (writeKey, apiKey) = (other.writeKey, other.apiKey)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: other.folder + "/config", toPath: folder + "/config")
  }

  /// Bytes of the database; of a file with its write-ahead log.
  func databaseSize() throws -> Int {
    switch place {
    case .sqlite(let file):
      ["", "-wal"].reduce(0) { sum, suffix in
        let attributes = try? FileManager.default.attributesOfItem(atPath: file + suffix)
        return sum + (attributes?[.size] as? Int ?? 0)
      }
    case .postgres(let server, let database): try server.size(of: database)
    }
  }

  /// Runs the program to its end.
  /// - Returns: what it printed, and the most memory it used, in bytes, as seen about every 5 ms.
  /// - Throws: `Failure` where it fails or takes more than `limit` seconds.
  func command(_ arguments: [String], limit: Double = 60) throws -> (output: String, peak: Int?) {
    let log = folder + "/command.log"
    let process = try launch(arguments, log: log)
    defer { Children.end(process) }
    var peak: Int?
    try Clock.wait(upTo: limit, for: "holdfast \(arguments[0])", every: 0.005) {
      if let memory = ProcessFiles.memory(process.processIdentifier) { peak = max(peak ?? 0, memory.peak) }
      return !process.isRunning
    }
    guard process.terminationStatus == 0 else {
      throw Failure("holdfast \(arguments.joined(separator: " ")) failed:\n\(ProcessFiles.end(of: log))")
    }
    return (ProcessFiles.text(folder + "/output").trimmingCharacters(in: .whitespacesAndNewlines), peak)
  }

  /// Starts a server and waits until it is ready.
  /// - Parameters:
  ///   - name: of its log, where there are several.
  ///   - environment: what it is to find beside the usual.
  func start(_ name: String = "server", environment: [String: String] = [:]) throws -> Server {
    let start = Clock.seconds()
    let process = try launch(["serve", "--listen", "127.0.0.1:0"], environment: environment, log: log(name))
    let server = try Server(process, log: log(name), apiKey: apiKey, startedAt: start)
    servers.append(server)
    return server
  }

  /// The file with what a server said since its last start.
  func log(_ name: String = "server") -> String { "\(folder)/\(name).log" }

  /// What its servers said last, for messages about what went wrong.
  var lastWords: String {
    let logs = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return logs.filter { $0.hasSuffix(".log") && $0 != "command.log" }.sorted().map { name in
      "\n    \(name) ends with:\n    " + ProcessFiles.end(of: "\(folder)/\(name)").split(separator: "\n").joined(separator: "\n    ")
    }.joined()
  }

  /// Ends whatever still runs, however it can.
  func kill() {
    for server in servers { server.kill() }
    servers = []
  }

  private func launch(_ arguments: [String], environment: [String: String] = [:], log: String) throws -> Process {
    let ours = ["HOLDFAST_CONFIG": folder + "/config", "HOLDFAST_DATABASE": place.address]
    return try Children.launch(
      program, arguments, environment: environment.merging(ours) { $1 }, folder: folder, output: folder + "/output", log: log)
  }
}
