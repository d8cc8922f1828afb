import Engine
import Foundation

/// How it is settled which process works on the database.
enum Ownership {
  /// A SQLite file has one owner, by a lock beside it.
  case file(String)
  /// On PostgreSQL any number of nodes share the work.
  case nodes(Membership)
}

/// What a node is called: who it is for people, and enough to tell from the same machine whether it still runs.
struct NodeName: Hashable {
  var host: String
  var process: Int32
  /// The running system and the space in which process numbers count.
  var system: String

  var text: String { "\(host):\(process) \(system)" }

  init?(_ text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let colon = parts[0].lastIndex(of: ":"), let process = Int32(parts[0][parts[0].index(after: colon)...]) else {
      return nil
    }
    self.init(host: String(parts[0][..<colon]), process: process, system: String(parts[1]))
  }

  private init(host: String, process: Int32, system: String) {
    self.host = host
    self.process = process
    self.system = system
  }

  static let own = NodeName(
    host: ProcessInfo.processInfo.hostName.filter { !$0.isWhitespace }, process: ProcessInfo.processInfo.processIdentifier,
    system: ownSystem)

  private static var ownSystem: String {
    let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?.trimmingCharacters(
      in: .whitespacesAndNewlines)
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    guard let boot, let space else { return "-" }
    return (boot + "/" + space).filter { !$0.isWhitespace }
  }

  /// It ran here and its process is gone. A number that another process has got since counts as running: then its silence tells.
  var isSurelyGone: Bool {
    guard system != "-", system == Self.own.system else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }
}
