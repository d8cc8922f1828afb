import Domain
import Engine
import Hummingbird
import Synchronization

/// Reads request bodies within bounds: of one body, of all bodies that are held in memory at once, and of the time a sender may take.
final class BodyReader: Sendable {
  private let time: any TimeSource
  private let budget: Int
  private let held = Mutex(0)

  /// - Parameter budget: bytes of all bodies in memory together.
  init(time: any TimeSource, budget: Int) {
    self.time = time
    self.budget = budget
  }

  /// Reads a body of at most `limit` bytes and hands it to `use`; its share of memory counts as taken until `use` returns.
  /// - Throws: `Problem` 413 before reading where `Content-Length` says so, or while reading; 429 where too much is held already; 408
  ///   from a trickle.
  func read<T>(_ request: Request, limit: Int, use: ([UInt8]) async throws -> T) async throws -> T {
    let declared = try Self.declaredLength(request, limit: limit)
    let share = declared ?? limit
    let taken = held.withLock { held in
      guard held == 0 || held + share <= budget else { return false }
      held += share
      return true
    }
    guard taken else { throw Problem.overloaded(retryAfter: 1) }
    defer { held.withLock { $0 -= share } }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(declared ?? 0)
    var pace = Pace(began: time.now())
    for try await chunk in request.body {
      guard bytes.count + chunk.readableBytes <= limit else { throw Problem.tooLarge(limit: limit) }
      bytes.append(contentsOf: chunk.readableBytesView)
      try pace.count(chunk.readableBytes, now: time.now())
    }
    return try await use(bytes)
  }

  /// - Throws: `Problem` 413 where more than `limit` is announced.
  static func declaredLength(_ request: Request, limit: Int) throws -> Int? {
    guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length >= 0 else { return nil }
    guard length <= limit else { throw Problem.tooLarge(limit: limit) }
    return length
  }
}

/// How fast a body arrives. A sender that trickles holds a connection for nothing: after a grace, below the minimum, it is cut off.
struct Pace {
  static let grace = TimeSpan.seconds(60)
  static let bytesPerSecond = 512.0

  let began: Instant
  private var received = 0

  init(began: Instant) { self.began = began }

  /// - Throws: `Problem` 408; with it the connection is closed: the rest of such a body is not waited for.
  mutating func count(_ bytes: Int, now: Instant) throws {
    received += bytes
    let elapsed = now - began
    guard elapsed > Self.grace, Double(received) < (elapsed - Self.grace).seconds * Self.bytesPerSecond else { return }
    throw Problem.tooSlow()
  }
}
