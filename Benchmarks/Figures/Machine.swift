import Domain
import Foundation

/// The machine that the figures are from. No names of hosts or users.
struct Machine {
  var cores = ProcessInfo.processInfo.activeProcessorCount
  var processor = "unknown processor"
  var memory = ProcessInfo.processInfo.physicalMemory
  var system = ""
  var fileSystem = "unknown file system"
  var swift = ""
  var date = Clock.now()

  init(directory: String) {
    var name = utsname()
    uname(&name)
    system = Self.text(name.sysname) + " " + Self.text(name.release) + " " + Self.text(name.machine)
    for line in ProcessFiles.text("/proc/cpuinfo").split(separator: "\n") where line.hasPrefix("model name") {
      processor = line.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? processor
    }
    var best = ""
    for line in ProcessFiles.text("/proc/mounts").split(separator: "\n") {
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count > 2, fields[1].count >= best.count else { continue }
      let isAbove = fields[1] == "/" || directory == fields[1] || directory.hasPrefix(fields[1] + "/")
      if isAbove { (best, fileSystem) = (fields[1], fields[2]) }
    }
    #if compiler(>=6.4)
      swift = "6.4 or later"
    #elseif compiler(>=6.3)
      swift = "6.3"
    #else
      swift = "6.2"
    #endif
  }

  var lines: [String] {
    let gibibytes = String(format: "%.0f", Double(memory) / Double(1 << 30))
    return [
      "\(cores) cores of \(processor), \(gibibytes) GiB memory, \(fileSystem)", "\(system), Swift \(swift), \(date.iso8601.prefix(10))",
    ]
  }

  var json: JSON {
    [
      "cores": .integer(Int64(cores)), "processor": .string(processor), "memory_bytes": .integer(Int64(memory)), "system": .string(system),
      "file_system": .string(fileSystem), "swift": .string(swift), "at": .string(date.iso8601),
    ]
  }

  private static func text<T>(_ field: T) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
