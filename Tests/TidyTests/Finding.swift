/// One place that breaks a rule of the house, told so that an editor can jump to it.
struct Finding: Hashable, CustomStringConvertible {
  var file: String
  var line: Int
  var message: String

  var description: String { "\(file):\(line): \(message)" }
}

extension [Finding] {
  /// One finding a line, for a test's message.
  var report: String { "\n" + map(\.description).joined(separator: "\n") }
}
