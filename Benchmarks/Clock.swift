import Domain
import Foundation

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

  /// How long something takes, in seconds.
  static func time(_ body: () throws -> Void) rethrows -> Double {
    let start = seconds()
    try body()
    return seconds() - start
  }
}
