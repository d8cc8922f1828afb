import Logging
import Synchronization

/// Keeps what was logged.
final class LogCapture: Sendable {
  private let kept = Mutex<[(level: Logger.Level, text: String)]>([])

  /// Level and text of each message, with its metadata.
  var lines: [(level: Logger.Level, text: String)] { kept.withLock { $0 } }

  static func logger(_ capture: LogCapture?) -> Logger {
    Logger(label: "test") { _ in
      if let capture { Handler(capture: capture) } else { SwiftLogNoOpLogHandler() }
    }
  }

  private struct Handler: LogHandler {
    let capture: LogCapture
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      capture.kept.withLock { $0.append((event.level, "\(event.message) \(event.metadata ?? [:])")) }
    }
  }
}
