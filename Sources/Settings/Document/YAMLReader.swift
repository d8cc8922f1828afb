import Domain
import Yams

/// Reads one YAML file into `Located`, refusing what settings do not need and hostile files live on: anchors, aliases, deep nesting,
/// great size.
struct YAMLReader {
  static let largestFile = 1_000_000
  static let deepest = 32
  /// How many repeated keys one file may have before the rest goes unread.
  private static let mostRepeats = 20

  private let file: String
  private var lines: [Substring]
  private var findings: [(Place, String)] = []
  private var renames = 0

  private init(file: String, text: String) {
    self.file = file
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// - Returns: the file's top mapping's entries; empty where there are none or the file could not be read.
  static func read(file: String, text: String, findings: inout Findings) -> [Located.Entry] {
    let top = Place(file: file, line: 1, column: 1)
    guard text.utf8.count <= largestFile else {
      findings.error(top, "the file is larger than 1 MB")
      return []
    }
    guard let normal = text.normalized else {
      findings.error(top, "the file holds a NUL character; it is no text file")
      return []
    }
    var reader = YAMLReader(file: file, text: normal)
    let entries = reader.entries()
    for (place, message) in reader.findings { findings.error(place, message) }
    return entries
  }

  private func place(_ mark: Mark?) -> Place { Place(file: file, line: max(mark?.line ?? 1, 1), column: max(mark?.column ?? 1, 1)) }

  private mutating func report(_ place: Place, _ message: String) { findings.append((place, message)) }

  private mutating func entries() -> [Located.Entry] {
    guard !hasAnchors(), !isTooDeep(), let root = compose(), let located = convert(root, depth: 0) else { return [] }
    switch located.content {
    case .map(let entries): return entries
    case .nothing: return []
    default:
      report(located.place, "a settings file is a mapping of keys like \"company:\", this is \(located.words)")
      return []
    }
  }

  // MARK: What is refused before parsing

  /// An anchor is `&name` where a value may begin. Looked for in the text, since a chain of aliases costs exponential time while parsing.
  private mutating func hasAnchors() -> Bool {
    var found = false
    for (number, line) in lines.enumerated() where line.contains("&") {
      let letters = Array(line.unicodeScalars)
      guard letters.first(where: { $0 != " " && $0 != "\t" }) != "#" else { continue }
      for (column, letter) in letters.enumerated() where letter == "&" && column + 1 < letters.count {
        let before = column == 0 ? " " : letters[column - 1]
        guard " \t[{,:?-".unicodeScalars.contains(before), isAnchorLetter(letters[column + 1]) else { continue }
        report(
          Place(file: file, line: number + 1, column: column + 1),
          "YAML anchors and aliases (&name, *name) are not supported; write the value out")
        found = true
        break
      }
    }
    return found
  }

  private func isAnchorLetter(_ letter: Unicode.Scalar) -> Bool { !" \t\r\n,[]{}&".unicodeScalars.contains(letter) }

  /// The parser recurses: the signs that open a level are counted first. Brackets in texts count too, which only matters beyond any
  /// honest use.
  private mutating func isTooDeep() -> Bool {
    var open = 0
    for (number, line) in lines.enumerated() {
      let letters = line.unicodeScalars
      let dashes = letters.prefix { " -?:\t".unicodeScalars.contains($0) }.filter { $0 != " " && $0 != "\t" }.count
      let spaces = letters.prefix { $0 == " " }.count
      for letter in letters {
        if letter == "[" || letter == "{" { open += 1 }
        if (letter == "]" || letter == "}") && open > 0 { open -= 1 }
      }
      if open > 200 || dashes > 200 || spaces > 400 {
        report(Place(file: file, line: number + 1, column: 1), "nested too deeply")
        return true
      }
    }
    return false
  }

  // MARK: Parsing

  /// Parses, and on a repeated key reports it, renames its first appearance (to a private-use letter of the same width) and goes on.
  private mutating func compose() -> Node? {
    for _ in 0...Self.mostRepeats {
      let text = lines.joined(separator: "\n")
      guard !text.isEmpty else { return nil }
      do {
        return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
      } catch let error as YamlError {
        guard case .duplicatedKeysInMapping(_, let context) = error, rename(at: context.mark) else {
          report(error)
          return nil
        }
      } catch {
        report(place(nil), "cannot be read as YAML: \(error)")
        return nil
      }
    }
    report(place(nil), "more than \(Self.mostRepeats) keys stand twice")
    return nil
  }

  private static let renamed: Unicode.Scalar = "\u{E000}"

  private func isRenamed(_ letter: Unicode.Scalar?) -> Bool {
    letter.map { (Self.renamed.value...Self.renamed.value + UInt32(Self.mostRepeats)).contains($0.value) } ?? false
  }

  private mutating func rename(at mark: Mark) -> Bool {
    guard lines.indices.contains(mark.line - 1) else { return false }
    var letters = Array(lines[mark.line - 1].unicodeScalars)
    var column = mark.column - 1
    if letters.indices.contains(column), letters[column] == "\"" || letters[column] == "'" { column += 1 }
    guard letters.indices.contains(column), !isRenamed(letters[column]), letters[column] != "\"", letters[column] != "'" else {
      return false
    }
    // Distinct renamings, or three of one key would collide again.
    letters[column] = Unicode.Scalar(Self.renamed.value + UInt32(renames)) ?? Self.renamed
    renames += 1
    var view = String.UnicodeScalarView()
    view.append(contentsOf: letters)
    lines[mark.line - 1] = Substring(String(view))
    return true
  }

  private mutating func report(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let start = context.map { " (\($0.text.trimmingPrefix("while ")), from line \($0.mark.line))" } ?? ""
      report(place(mark), "not valid YAML: \(problem)\(start)")
    case .reader(let problem, _, _, _): report(place(nil), "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      report(place(context.mark), "these keys stand twice in their mapping: \(keys.joined(separator: ", "))")
    default: report(place(nil), "not valid YAML")
    }
  }

  // MARK: Converting

  private mutating func convert(_ node: Node, depth: Int) -> Located? {
    let here = place(node.mark)
    guard depth <= Self.deepest else {
      report(here, "nested deeper than \(Self.deepest) levels")
      return nil
    }
    switch node {
    case .scalar(let scalar): return Located(place: here, content: content(of: scalar))
    case .sequence(let sequence):
      return Located(place: here, content: .list(sequence.compactMap { convert($0, depth: depth + 1) }))
    case .mapping(let mapping):
      return Located(place: here, content: .map(withoutRepeats(mapping.compactMap { entry($0.key, $0.value, depth: depth) })))
    case .alias:
      report(here, "YAML aliases are not supported")
      return nil
    }
  }

  private func content(of scalar: Node.Scalar) -> Located.Content {
    switch scalar.style {
    case .singleQuoted: .scalar(scalar.string, .singleQuoted)
    case .doubleQuoted: .scalar(scalar.string, .doubleQuoted)
    case .literal, .folded: .scalar(scalar.string, .block)
    case .any, .plain: ["", "~", "null"].contains(scalar.string) ? .nothing : .scalar(scalar.string, .plain)
    }
  }

  /// Reports keys that stand twice, at their last appearance, which is the one that is kept.
  private mutating func withoutRepeats(_ entries: [Located.Entry]) -> [Located.Entry] {
    var kept: [Located.Entry] = []
    for entry in entries {
      guard isRenamed(entry.key.unicodeScalars.first) else {
        kept.append(entry)
        continue
      }
      let tail = entry.key.unicodeScalars.dropFirst()
      let last = entries.last { !isRenamed($0.key.unicodeScalars.first) && $0.key.unicodeScalars.dropFirst().elementsEqual(tail) }
      guard let last else { continue }
      report(last.place, "\"\(last.key)\" stands twice in this mapping, first in line \(entry.place.line)")
    }
    return kept
  }

  private mutating func entry(_ key: Node, _ value: Node, depth: Int) -> Located.Entry? {
    guard case .scalar(let scalar) = key else {
      report(place(key.mark), "a key is a single word here")
      return nil
    }
    guard let located = convert(value, depth: depth + 1) else { return nil }
    return Located.Entry(key: scalar.string, place: place(key.mark), value: located)
  }
}

extension String {
  /// The text with one kind of line end and no byte order mark; `nil` where it holds a NUL.
  var normalized: String? {
    guard !unicodeScalars.contains("\u{0}") else { return nil }
    var view = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for letter in unicodeScalars where !(letter == "\u{FEFF}" && previous == nil) {
      if letter == "\r" {
        view.append("\n")
      } else if !(letter == "\n" && previous == "\r") {
        view.append(letter)
      }
      previous = letter
    }
    return String(view)
  }
}
