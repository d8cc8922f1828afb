import Testing

/// Calls that the house does without, each with the files where it has its place and why.
struct BannedCall: Sendable {
  struct Allowance: Sendable {
    /// A file, or a folder with a slash at its end.
    var path: String
    var reason: String

    func covers(_ file: String) -> Bool { path.hasSuffix("/") ? file.hasPrefix(path) : file == path }
  }

  var name: String
  /// What to do instead.
  var remedy: String
  /// Words in code; one that is a bare function, like `print(`, leaves alone what is called or declared as somebody's member.
  var spellings: [String]
  var allowed: [Allowance] = []

  func check(_ file: SwiftFile) -> [Finding] {
    if allowed.contains(where: { $0.covers(file.path) }) { return [] }
    return file.numbered.compactMap { number, line in
      guard let spelling = spellings.first(where: { Self.stands($0, in: line.code) }) else { return nil }
      return Finding(file: file.path, line: number, message: "\(name) (`\(spelling)`): \(remedy)")
    }
  }

  private static func stands(_ spelling: String, in code: String) -> Bool {
    let isBareFunction = spelling.last == "(" && !spelling.contains(".")
    return isBareFunction ? code.calls(spelling) : code.mentions(spelling)
  }

  /// Allowances for a file that has no such call any more. Folders, and files that do not exist (yet), are not judged.
  func idleAllowances(in files: [SwiftFile]) -> [Finding] {
    allowed.filter { !$0.path.hasSuffix("/") }.flatMap { allowance -> [Finding] in
      let covered = files.filter { allowance.covers($0.path) }
      let bare = BannedCall(name: name, remedy: remedy, spellings: spellings)
      guard !covered.isEmpty, covered.allSatisfy({ bare.check($0).isEmpty }) else { return [] }
      return [Finding(file: allowance.path, line: 1, message: "has no \(name) any more: take it off the list in BannedCalls.swift")]
    }
  }
}

extension BannedCall: CustomTestStringConvertible {
  var testDescription: String { name }
}

extension BannedCall {
  static let all = [wallClock, sleep, randomness, printing, forcing, crashing]

  static let wallClock = BannedCall(
    name: "wall clock", remedy: "time is an argument (rule 8)",
    spellings: [
      "Date()", "Date.now", "Date(timeIntervalSinceNow", "ContinuousClock", "SuspendingClock", "NIODeadline.now", "DispatchTime.now",
      "DispatchWallTime.now", "time(nil)", "clock_gettime", "gettimeofday", "CFAbsoluteTimeGetCurrent", "systemUptime",
    ],
    allowed: [
      Allowance(path: "Sources/holdfast/SystemClock.swift", reason: "the one real clock, handed down from the composition root")
    ])

  static let sleep = BannedCall(
    name: "sleep", remedy: "wait through the clock you were given",
    spellings: ["Task.sleep", "Thread.sleep", "Glibc.sleep", "Foundation.sleep", "sleep(", "usleep(", "nanosleep("],
    allowed: [
      Allowance(path: "Sources/holdfast/SystemClock.swift", reason: "waits in real time on behalf of all")
    ])

  static let randomness = BannedCall(
    name: "ambient randomness", remedy: "take a generator as an argument",
    spellings: ["UUID()", "SystemRandomNumberGenerator", ".shuffled()", ".randomElement()", "arc4random", "rand()"],
    allowed: [
      Allowance(path: "Sources/holdfast/", reason: "the composition root makes the generators that it hands down")
    ])

  static let printing = BannedCall(
    name: "printing", remedy: "return the text, or use the logger you were given",
    spellings: ["print(", "Swift.print", "debugPrint(", "dump(", "NSLog(", "fputs("],
    allowed: [
      Allowance(path: "Sources/holdfast/", reason: "the command line: results go to standard output, progress to standard error")
    ])

  static let forcing = BannedCall(
    name: "forcing", remedy: "handle the failure; it says so where input is wrong", spellings: ["try!", "as!"])

  static let crashing = BannedCall(
    name: "crashing", remedy: "throw an error that names place and remedy", spellings: ["fatalError(", "preconditionFailure("])
}

/// `.random(in: range)` without `using: &generator` on its line draws from the system.
func checkRandomDraws(_ file: SwiftFile) -> [Finding] {
  if BannedCall.randomness.allowed.contains(where: { $0.covers(file.path) }) { return [] }
  return file.numbered.filter { $0.line.code.contains(".random(") && !$0.line.code.contains("using:") }.map {
    Finding(file: file.path, line: $0.number, message: "ambient randomness (`.random`): draw with `using:` a generator you were given")
  }
}

/// `@unchecked Sendable` and `nonisolated(unsafe)` switch the compiler's check off; a comment beside or directly above says why.
func checkUnsafeHasReason(_ file: SwiftFile) -> [Finding] {
  file.numbered.compactMap { number, line in
    guard let word = ["@unchecked Sendable", "nonisolated(unsafe)"].first(where: { line.code.contains($0) }) else { return nil }
    if !line.comment.isEmpty || hasCommentAbove(file, line: number) { return nil }
    return Finding(file: file.path, line: number, message: "`\(word)` without its reason: say why it is safe in a comment directly above")
  }
}

/// Whether a comment stands directly above a line; attributes and `#if` lines may stand between.
func hasCommentAbove(_ file: SwiftFile, line: Int) -> Bool {
  var index = line - 2
  while index >= 0 {
    let code = file.lines[index].code.trimmed
    if code.isEmpty { return !file.lines[index].comment.isEmpty }
    guard code.hasPrefix("@") || code.hasPrefix("#if") else { return false }
    if !file.lines[index].comment.isEmpty { return true }
    index -= 1
  }
  return false
}
