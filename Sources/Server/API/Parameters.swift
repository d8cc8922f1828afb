import Domain
import Formats

/// Parameters of queries, read strictly: a wrong one is a 400 that says what is right.
extension Query {
  /// 1…1 000.
  func limit(default usual: Int) throws -> Int {
    guard let text = self["limit"] else { return usual }
    guard let limit = Int(text), (1...1_000).contains(limit) else {
      throw Problem.invalidParameter("limit", "limit is a number from 1 to 1000, not \(Problem.quoted(text)).")
    }
    return limit
  }

  var cursor: String? { self["cursor"].flatMap { $0.isEmpty ? nil : $0 } }

  func instant(_ name: String) throws -> Instant? {
    guard let text = self[name] else { return nil }
    // A plus of an offset that was not escaped has become a blank.
    guard let instant = Instant(iso8601: text) ?? Instant(iso8601: Self.restoringPlus(text)) else {
      throw Problem.invalidParameter(
        name, "\(name) is a date or a time in ISO 8601, such as 2026-03-01 or 2026-03-01T09:30:00Z, not \(Problem.quoted(text)).")
    }
    return instant
  }

  func flag(_ name: String) throws -> Bool {
    switch self[name] {
    case nil, "false", "0": false
    case "true", "1", "": true
    case let text?: throw Problem.invalidParameter(name, "\(name) is true or false, not \(Problem.quoted(text)).")
    }
  }

  /// One of the cases of a word, `nil` where it is not given.
  func word<Word: RawRepresentable & CaseIterable>(_ name: String, as type: Word.Type) throws -> Word? where Word.RawValue == String {
    guard let text = self[name] else { return nil }
    guard let word = Word(rawValue: text) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem.invalidParameter(name, "\(name) is one of \(words), not \(Problem.quoted(text)).")
    }
    return word
  }

  private static func restoringPlus(_ text: String) -> String {
    guard text.utf8.count > 20, let blank = text.lastIndex(of: " ") else { return text }
    var text = text
    text.replaceSubrange(blank...blank, with: "+")
    return text
  }
}
