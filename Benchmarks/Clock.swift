import Domain
import Foundation
import Synchronization

/// Real time: to measure it is what this program is for.
enum Clock {
  /// Seconds on a clock that never jumps.
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  /// Waits, unless the run is interrupted.
  static func pause(_ seconds: Double) throws {
    try Interruption.check()
    usleep(UInt32(max(0, seconds) * 1e6))
  }

  /// Asks `condition` every `interval` seconds until it holds. - Throws: `Failure` after `limit` seconds.
  static func wait(upTo limit: Double, for what: String, every interval: Double, until condition: () throws -> Bool) throws {
    let end = seconds() + limit
    while try !condition() {
      guard seconds() < end else { throw Failure("waited \(Int(limit)) s in vain for \(what)") }
      try pause(interval)
    }
  }
}

/// Ctrl-C and SIGTERM: every wait and loop ends with an error, so that children and files are tidied up on the way out.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  static func listen() {
    _ = requested.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM] { signal(number) { _ in Interruption.requested.store(true, ordering: .relaxed) } }
  }

  static func check() throws {
    if requested.load(ordering: .relaxed) { throw Failure("interrupted") }
  }
}

/// Measured durations in seconds.
struct Samples: Sendable {
  private(set) var values: [Double] = []

  mutating func add(_ seconds: Double) { values.append(seconds) }
  mutating func add(_ other: Samples) { values += other.values }

  var count: Int { values.count }
  var largest: Double? { values.max() }

  /// The nearest-rank percentile: the smallest sample that at least this share (0…1) does not exceed.
  func percentile(_ share: Double) -> Double? {
    guard !values.isEmpty else { return nil }
    return values.sorted()[max(0, Int((share * Double(values.count)).rounded(.up)) - 1)]
  }
}
