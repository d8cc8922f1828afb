extension StringProtocol {
  /// Whether the text holds `words` as they stand, not as part of a longer name: `sleep(` is in `Task.sleep(…)`, not in `oversleep(…)`.
  func mentions(_ words: String) -> Bool {
    let startsWithName = words.first.map(\.isNamePart) ?? false
    let endsWithName = words.last.map(\.isNamePart) ?? false
    var rest = self[...]
    while let range = rest.firstRange(of: words) {
      let before = range.lowerBound == startIndex ? nil : self[index(before: range.lowerBound)]
      let after = range.upperBound == endIndex ? nil : self[range.upperBound]
      if !(startsWithName && before?.isNamePart == true), !(endsWithName && after?.isNamePart == true) { return true }
      rest = self[index(after: range.lowerBound)...]
    }
    return false
  }

  /// Whether the text calls `function` itself, written with its bracket: not as a member of something, and not where it is declared.
  func calls(_ function: String) -> Bool {
    var rest = self[...]
    while let range = rest.firstRange(of: function) {
      let before = self[..<range.lowerBound]
      if before.last.map({ $0.isNamePart || $0 == "." }) != true, !before.hasSuffix("func ") { return true }
      rest = self[range.upperBound...]
    }
    return false
  }

  var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}

extension Character {
  var isNamePart: Bool { isLetter || isNumber || self == "_" }
}
