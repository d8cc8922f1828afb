import Domain
import Foundation

/// A real browser that opens pages, driven by a program outside of this one, which `make bench` names in `HOLDFAST_PAINT`.
struct Browser {
  /// What opening one page a number of times came to.
  struct Visits {
    /// Seconds from the start of a navigation to the first paint of content.
    var paint = Samples()
    /// Seconds from the request to the last byte of the page itself.
    var answer = Samples()
    /// Bytes of the page with all that it loads.
    var weight = 0
  }

  private let command: [String]

  /// - Throws: `Failure` where no program is named.
  init() throws {
    command = (ProcessInfo.processInfo.environment["HOLDFAST_PAINT"] ?? "").split(separator: " ").map(String.init)
    guard !command.isEmpty else { throw Failure("no browser: make bench brings one, and names it in HOLDFAST_PAINT") }
  }

  /// Signs in by a link and opens each page so many times, one after the other.
  /// - Throws: `Failure` where a page does not answer 200, complains, or does not paint.
  func open(_ pages: [(name: String, path: String)], times: Int, signedInBy link: String, folder: String) throws -> [String: Visits] {
    let arguments = Array(command.dropFirst()) + [link, "\(times)"] + pages.map { "\($0.name)=\($0.path)" }
    let (output, log) = (folder + "/paint.json", folder + "/paint.log")
    let process = try Children.launch(command[0], arguments, environment: [:], folder: folder, output: output, log: log)
    defer { Children.end(process) }
    try Clock.wait(upTo: 1_800, for: "the browser to be done", every: 0.02) { !process.isRunning }
    guard process.terminationStatus == 0 else { throw Failure("the browser failed:\n\(ProcessFiles.end(of: log))") }
    let json = try JSON.parse(Array(ProcessFiles.text(output).utf8))
    var measured: [String: Visits] = [:]
    for page in pages {
      var visits = Visits()
      for value in json[page.name]?["paint"]?.array ?? [] { visits.paint.add(value.double ?? .nan) }
      for value in json[page.name]?["answer"]?.array ?? [] { visits.answer.add(value.double ?? .nan) }
      visits.weight = Int(json[page.name]?["weight"]?.double ?? 0)
      guard visits.paint.count == times, visits.weight > 0 else { throw Failure("the browser does not tell how \(page.path) painted") }
      measured[page.name] = visits
    }
    return measured
  }
}
