import Foundation
import Synchronization

/// Ctrl-C, SIGTERM, SIGHUP: every wait and loop ends with an error, so that children and files are tidied up on the way out. Whatever ends
/// a run, it says so.
enum Interruption {
  private static let requested = Atomic<Int32>(0)

  static func listen() {
    _ = requested.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      signal(number) { number in Interruption.requested.store(number, ordering: .relaxed) }
    }
    // A reader that has gone shows as an error of the write, which can be told. Ignored for good it would be for our children, too.
    signal(SIGPIPE) { _ in }
    // A trap of Swift's says nothing in an optimized program.
    for number in [SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV, SIGABRT] {
      signal(number) { number in
        let words: StaticString = "holdfast-benchmark: this program is broken: it crashed after what the last line says\n"
        _ = words.withUTF8Buffer { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// As under `nohup`.
  private static func isIgnored(_ number: Int32) -> Bool {
    var present = sigaction()
    guard sigaction(number, nil, &present) == 0 else { return false }
    #if canImport(Darwin)
      return unsafeBitCast(present.__sigaction_u.__sa_handler, to: Int.self) == 1
    #else
      return unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1
    #endif
  }

  /// The signal that has come, by its number; `nil`: none.
  static var cause: Int32? {
    let number = requested.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  static func check() throws {
    if let number = cause { throw Failure("interrupted by signal \(number) (\(String(cString: strsignal(number))))") }
  }
}
