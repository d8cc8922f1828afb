import Domain
import Foundation
import Logging

/// Logs as one JSON object a line, for collectors: `HOLDFAST_LOG_FORMAT=json`.
struct JSONLog: LogHandler {
  var logLevel = Logger.Level.notice
  var metadata: Logger.Metadata = [:]
  private let clock = SystemClock()
  private let write: @Sendable (Data) -> Void

  /// - Parameter write: takes a whole line, with its end.
  init(write: @escaping @Sendable (Data) -> Void) { self.write = write }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var members: [JSON.Member] = [
      .init("time", .string(clock.now().iso8601)), .init("level", .string(event.level.rawValue)),
      .init("message", .string("\(event.message)")),
    ]
    let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      members.append(.init(key == "hb.request.id" ? "request_id" : key, .string("\(value)")))
    }
    write(Data((JSON.object(members).printed() + "\n").utf8))
  }
}
