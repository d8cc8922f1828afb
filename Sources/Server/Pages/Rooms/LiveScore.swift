import Domain
import Engine
import ServiceLifecycle
import Synchronization

/// How many pages are watched at once: each is a connection and a look at the database twice a second.
final class LiveStreams: Sendable {
  static let most = 500
  private let count = Mutex(0)

  /// Room for one stream, until nobody holds it any more. A stream that was let in may never be written: a HEAD has no body, and a browser
  /// may be gone before the answer begins.
  final class Slot: Sendable {
    private let streams: LiveStreams

    fileprivate init(_ streams: LiveStreams) { self.streams = streams }

    deinit { streams.leave() }
  }

  /// - Returns: `nil` where there is no room.
  func enter() -> Slot? {
    let isLet = count.withLock { count -> Bool in
      guard count < Self.most else { return false }
      count += 1
      return true
    }
    return isLet ? Slot(self) : nil
  }

  private func leave() { count.withLock { $0 -= 1 } }
}

/// A customer's score as server-sent events: one whenever it moves.
struct LiveScore: Sendable {
  private static let look = TimeSpan.milliseconds(500)
  /// Every so many looks something is said, lest a proxy takes the silence for the end.
  private static let breath = 30
  /// After so many looks the browser asks anew, and is let in anew.
  private static let longest = 1_200

  let id: String
  /// The score before the answer began. Whoever reads the page once the stream is open misses no move: it is in the page or in the stream.
  let known: Health?
  let inquiries: Inquiries
  /// Whether the reader may still look: a session can end, a role change while one looks.
  let mayLook: @Sendable () async throws -> Bool
  let time: any TimeSource

  /// Ends when the reader has gone or may look no more, the customer is gone, or the server stops.
  func write(to writer: inout TextWriter) async throws {
    var last = known
    try await writer.write("retry: 2000\n\n")
    for number in 1...Self.longest where !Task.isShuttingDownGracefully {
      try await time.sleep(for: Self.look)
      guard let standing = try await inquiries.standings(of: [id])[id] else { return }
      if let health = standing.health, health.points != last?.points || health.score != last?.score {
        guard try await mayLook() else { return }
        try await writer.write("event: score\ndata: \(health.score)\n\n")
        last = health
      } else if number % Self.breath == 0 {
        guard try await mayLook() else { return }
        try await writer.write(": \n\n")
      }
    }
  }
}
