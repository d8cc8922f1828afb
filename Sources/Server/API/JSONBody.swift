import Domain

/// A small JSON object that a client sends, read strictly: what is not known, or is of another type, is a 400 that names it.
struct JSONBody {
  private let json: JSON

  /// Bytes of such a body, at most.
  static let limit = 64 << 10

  /// - Throws: `Problem` 400 where it is no object, or has members other than `fields`.
  init(_ bytes: [UInt8], fields: [String]) throws {
    guard let json = try? JSON.parse(bytes), let members = json.members else {
      throw Problem.invalidBody("The body is a JSON object with \(fields.joined(separator: ", ")).")
    }
    if let unknown = members.first(where: { !fields.contains($0.name) }) {
      throw Self.wrong(unknown.name, "\(Problem.quoted(unknown.name)) is not known here; there are \(fields.joined(separator: ", ")).")
    }
    self.json = json
  }

  /// Whether the member is there, null too.
  func has(_ name: String) -> Bool { json[name] != nil }

  /// - Returns: `nil` where it is not there, or null.
  func text(_ name: String) throws -> String? {
    guard let value = json[name], !value.isNull else { return nil }
    guard let text = value.string else { throw Self.wrong(name, "\(name) is a text.") }
    return text
  }

  func requiredText(_ name: String) throws -> String {
    guard let text = try text(name) else { throw Self.wrong(name, "\(name) is missing.") }
    return text
  }

  func instant(_ name: String) throws -> Instant? {
    guard let text = try text(name) else { return nil }
    guard let instant = Instant(iso8601: text) else {
      throw Self.wrong(
        name, "\(name) is a date or a time in ISO 8601, such as 2026-03-01 or 2026-03-01T09:30:00Z, not \(Problem.quoted(text)).")
    }
    return instant
  }

  func requiredInstant(_ name: String) throws -> Instant {
    guard let instant = try instant(name) else { throw Self.wrong(name, "\(name) is missing.") }
    return instant
  }

  /// One of the cases of a word.
  func word<Word: RawRepresentable & CaseIterable>(_ name: String, as type: Word.Type) throws -> Word? where Word.RawValue == String {
    guard let text = try text(name) else { return nil }
    guard let word = Word(rawValue: text) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw Self.wrong(name, "\(name) is one of \(words), not \(Problem.quoted(text)).")
    }
    return word
  }

  private static func wrong(_ field: String, _ message: String) -> Problem {
    Problem(
      code: "invalid-body", status: .badRequest, title: "The body is not right", detail: message,
      errors: [["field": .string(String(field.prefix(100))), "message": .string(message)]])
  }
}
