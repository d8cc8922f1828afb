import Foundation
import Testing

@testable import Dashboard

/// Each page as it was when somebody last looked at it. `HOLDFAST_RECORD_SNAPSHOTS=1` writes them anew.
@Suite("Pages are as they were looked at last") struct PageSnapshotTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Snapshots")
  private static let records = ProcessInfo.processInfo.environment["HOLDFAST_RECORD_SNAPSHOTS"] == "1"
  private static let samples = PageSamples().all + PageSamples().empty

  @Test("The page has not changed unnoticed", arguments: samples.map(\.name))
  func page(name: String) throws {
    let sample = try #require(Self.samples.first { $0.name == name })
    let file = Self.folder.appending(path: "\(name).html")
    // One element a line, so that a difference can be read.
    let present = sample.html.text.replacing("><", with: ">\n<") + "\n"
    if Self.records {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try Data(present.utf8).write(to: file)
      return
    }
    let kept = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    if present == kept { return }
    let (new, old) = (
      present.split(separator: "\n", omittingEmptySubsequences: false), kept.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let line = zip(new, old).enumerated().first { $0.element.0 != $0.element.1 }
    let place = line.map { "line \($0.offset + 1)\nwas: \($0.element.1)\nis:  \($0.element.0)" } ?? "the end"
    Issue.record("\(name).html differs at \(place)\nIf that is meant: HOLDFAST_RECORD_SNAPSHOTS=1 make test, and look at the difference.")
  }

  @Test("No snapshot is left of a page that is gone")
  func leftOver() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".html") }
    #expect(Set(files) == Set(Self.samples.map { "\($0.name).html" }))
  }
}
