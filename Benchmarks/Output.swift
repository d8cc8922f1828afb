import Foundation

/// The table alone goes to standard output, progress and problems to standard error.
enum Output {
  /// Progress, or a problem. Where nobody reads it any more the run goes on.
  static func note(_ text: String) { _ = send(text + "\n", to: STDERR_FILENO) }

  /// - Throws: `Failure` where it could not be written.
  static func print(_ text: String) throws {
    guard send(text + "\n", to: STDOUT_FILENO) else {
      throw Failure("the table cannot be written to standard output: \(String(cString: strerror(errno)))")
    }
  }

  private static func send(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}

/// Why there are no figures.
struct Failure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
