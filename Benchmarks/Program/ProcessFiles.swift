import Foundation

/// What Linux tells about a process; elsewhere there is nothing, and the figures are left out.
enum ProcessFiles {
  static func text(_ path: String) -> String {
    guard let data = FileManager.default.contents(atPath: path) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  /// The last lines of a log, for messages.
  static func end(of path: String) -> String { String(text(path).suffix(1_500)) }

  /// Bytes: memory in use now, and the most that ever was.
  static func memory(_ process: Int32) -> (now: Int, peak: Int)? {
    var fields: [String: Int] = [:]
    for line in text("/proc/\(process)/status").split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" }
      if words.count == 3, let number = Int(words[1]) { fields[String(words[0])] = number * 1_024 }
    }
    guard let now = fields["VmRSS"], let peak = fields["VmHWM"] else { return nil }
    return (now, peak)
  }

  /// Seconds of processor time, in the program and in the kernel for it.
  static func processorTime(_ process: Int32) -> Double? {
    let text = text("/proc/\(process)/stat")
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
