import Domain
import Engine
import Foundation

/// The system's clock: the one place where real time comes in.
struct SystemClock: TimeSource {
  func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  func sleep(for span: TimeSpan) async throws {
    try await Task.sleep(for: .microseconds(max(0, span.microseconds)))
  }
}
