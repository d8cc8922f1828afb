import Domain
import Engine
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads request bodies within bounds: of one body, of all bodies that are held in memory at once, and of the time a sender may take.
final class BodyReader: Sendable {
  private let time: any TimeSource
  private let memory: BodyMemory

  init(time: any TimeSource, memory: BodyMemory) {
    self.time = time
    self.memory = memory
  }

  /// Reads a body of at most `limit` bytes and hands it to `use`; its share of memory grows as bytes arrive, and counts as taken until
  /// `use` returns.
  /// - Parameter grace: how long a body may trickle before its pace is looked at.
  /// - Throws: `Problem` 413 before reading where `Content-Length` says so, or while reading; 429 where too much is held already; 408
  ///   from a trickle. `BodyInterrupted`.
  func read<T>(
    _ request: Request, _ progress: BodyProgress, limit: Int, from sender: BodyMemory.Sender, grace: TimeSpan = Pace.grace,
    use: ([UInt8], BodyMemory.Share) async throws -> T
  ) async throws -> T {
    let declared = try Self.declaredLength(request, limit: limit)
    let share = memory.share(of: sender)
    defer { share.giveBack() }
    var bytes: [UInt8] = []
    // What is announced has not come yet: only a little is made ready for it.
    bytes.reserveCapacity(min(declared ?? 0, 64 << 10))
    var pace = Pace(began: time.now(), grace: grace)
    for try await chunk in BodyChunks(body: request.body, progress: progress) {
      guard bytes.count + chunk.readableBytes <= limit else { throw Problem.tooLarge(limit: limit) }
      try share.charge(chunk.readableBytes)
      bytes.append(contentsOf: chunk.readableBytesView)
      try pace.count(chunk.readableBytes, now: time.now())
    }
    return try await use(bytes, share)
  }

  /// - Throws: `Problem` 413 where more than `limit` is announced.
  static func declaredLength(_ request: Request, limit: Int) throws -> Int? {
    guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length >= 0 else { return nil }
    guard length <= limit else { throw Problem.tooLarge(limit: limit) }
    return length
  }
}

/// The sender was gone before its body was complete.
struct BodyInterrupted: Error {
  /// What the connection said.
  var cause: any Error
}

/// A body as it comes; whatever ends it early is `BodyInterrupted`.
struct BodyChunks: AsyncSequence {
  let body: RequestBody
  /// Learns of the end.
  let progress: BodyProgress

  struct AsyncIterator: AsyncIteratorProtocol {
    var base: RequestBody.AsyncIterator
    let progress: BodyProgress

    mutating func next() async throws -> ByteBuffer? {
      do {
        let chunk = try await base.next()
        if chunk == nil { progress.complete() }
        return chunk
      } catch {
        throw BodyInterrupted(cause: error)
      }
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: body.makeAsyncIterator(), progress: progress) }
}

/// How fast a body arrives. A sender that trickles holds a connection for nothing: after a grace, below the minimum, it is cut off.
struct Pace {
  /// For what may be large, over a slow line.
  static let grace = TimeSpan.seconds(60)
  static let bytesPerSecond = 512.0

  let began: Instant
  let grace: TimeSpan
  private var received = 0

  init(began: Instant, grace: TimeSpan = Pace.grace) {
    self.began = began
    self.grace = grace
  }

  /// - Throws: `Problem` 408; the rest of such a body is not waited for.
  mutating func count(_ bytes: Int, now: Instant) throws {
    received += bytes
    let elapsed = now - began
    guard elapsed > grace, Double(received) < (elapsed - grace).seconds * Self.bytesPerSecond else { return }
    throw Problem.tooSlow()
  }
}
