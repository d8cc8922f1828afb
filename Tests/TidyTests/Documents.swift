import Foundation

/// A Markdown file, line by line, with fenced blocks told apart.
struct Document: Sendable {
  struct Line: Sendable {
    var number: Int
    var text: String
    var inFence: Bool
  }

  let path: String
  let lines: [Line]

  init(path: String, text: String) {
    self.path = path
    var inFence = false
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, text in
      let isFence = text.drop { $0 == " " }.hasPrefix("```")
      defer { if isFence { inFence.toggle() } }
      return Line(number: index + 1, text: String(text), inFence: inFence || isFence)
    }
  }

  /// The anchors that GitHub makes of the headings.
  var anchors: Set<String> {
    Set(
      lines.filter { !$0.inFence && $0.text.hasPrefix("#") }.map { line in
        line.text.drop { $0 == "#" }.trimmed.lowercased().filter { $0.isNamePart || $0 == " " || $0 == "-" }.replacing(" ", with: "-")
      })
  }

  /// Targets of `[text](target)` outside fences, with their lines.
  var links: [(line: Int, target: String)] {
    lines.filter { !$0.inFence }.flatMap { line in
      line.text.split(separator: "](", omittingEmptySubsequences: false).dropFirst().map { rest in
        (line.number, String(rest.prefix { $0 != ")" && $0 != " " }))
      }
    }
  }

  /// Relative links to a file that is not there, or to a heading that it does not have.
  func checkLinks(exists: (String) -> Bool, document: (String) -> Document?) -> [Finding] {
    links.compactMap { line, target in
      if target.contains("://") || target.hasPrefix("mailto:") { return nil }
      let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file = parts[0].isEmpty ? path : resolve(String(parts[0]))
      guard exists(file) else { return Finding(file: path, line: line, message: "link to `\(target)`: no such file") }
      guard parts.count > 1, let document = file == path ? self : document(file) else { return nil }
      if document.anchors.contains(String(parts[1])) { return nil }
      return Finding(file: path, line: line, message: "link to `\(target)`: no such heading")
    }
  }

  /// `make X` in code, in line or fenced, where the Makefile has no target X.
  func checkMakeTargets(_ targets: Set<String>) -> [Finding] {
    lines.flatMap { line -> [Finding] in
      let pieces = line.text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      let codes = line.inFence ? [line.text[...]] : pieces.filter { $0.offset % 2 == 1 }.map(\.element)
      return codes.flatMap { madeTargets($0) }.filter { !targets.contains($0) }.map {
        Finding(file: path, line: line.number, message: "`make \($0)`: the Makefile has no such target")
      }
    }
  }

  private func madeTargets(_ code: Substring) -> [String] {
    let commands = code.replacing("&&", with: ";").split(separator: ";")
    return commands.compactMap { command in
      let words = command.split(separator: " ")
      guard words.count > 1, words[0] == "make", words[1].allSatisfy({ $0.isNamePart || $0 == "-" }) else { return nil }
      return String(words[1])
    }
  }

  private func resolve(_ target: String) -> String {
    var parts = path.split(separator: "/").dropLast().map(String.init)
    for part in target.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }
}

/// The targets that a Makefile's rules name, in order; pattern rules, files and dot targets left out.
func makeTargets(_ makefile: String) -> [String] {
  makefile.split(separator: "\n").compactMap { line in
    guard let colon = line.firstIndex(of: ":"), !line.contains("=") else { return nil }
    let name = line[..<colon]
    return !name.isEmpty && name.allSatisfy({ $0.isLetter || $0 == "-" }) ? String(name) : nil
  }
}

/// Decision records: numbered 0001, 0002, … without gaps, each with its three parts, each in the index.
func checkDecisions(files: [(path: String, text: String)], index: String) -> [Finding] {
  var findings: [Finding] = []
  let records = files.filter { !$0.path.hasSuffix("README.md") }.sorted { $0.path < $1.path }
  for (offset, record) in records.enumerated() {
    let name = record.path.split(separator: "/").last.map(String.init) ?? ""
    let digits = String(offset + 1)
    let expected = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    func report(_ message: String) { findings.append(Finding(file: record.path, line: 1, message: message)) }
    if !name.hasPrefix(expected + "-") { report("the next decision is number \(expected)") }
    if !record.text.hasPrefix("# \(offset + 1). ") { report("must begin with `# \(offset + 1). ` and its title") }
    for part in ["## Context", "## Decision", "## Consequences"] where !record.text.contains("\n\(part)\n") { report("has no `\(part)`") }
    if !index.contains("](\(name))") { report("is not in docs/decisions/README.md") }
  }
  return findings
}

/// A changelog in the keep-a-changelog manner: it begins with what is not released yet.
func checkChangelog(_ document: Document) -> [Finding] {
  let releases = document.lines.filter { $0.text.hasPrefix("## ") }
  if releases.first?.text == "## [Unreleased]" { return [] }
  return [Finding(file: document.path, line: releases.first?.number ?? 1, message: "the first section must be `## [Unreleased]`")]
}
