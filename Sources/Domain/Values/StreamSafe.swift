extension String {
  /// The text with U+034F COMBINING GRAPHEME JOINER after every 30 combining marks in a row. No language has so many; all other text stays
  /// as it is.
  ///
  /// Comparing, hashing and composing text sorts the marks behind a letter, which takes time by the square of their number: a name with
  /// 40 000 of them would hold up every comparison for seconds. Source: Unicode Standard Annex 15, Stream-Safe Text Format.
  public var streamSafe: String {
    // Two bytes are the least that a mark has.
    guard utf8.count > 2 * Self.longestRun, utf8.contains(where: { $0 >= 0x80 }), hasLongRun else { return self }
    var output = String.UnicodeScalarView()
    var run = 0
    for scalar in unicodeScalars {
      run = scalar.isMark ? run + 1 : 0
      if run > Self.longestRun {
        output.append("\u{34F}")
        run = 1
      }
      output.append(scalar)
    }
    return String(output)
  }

  private static let longestRun = 30

  private var hasLongRun: Bool {
    var run = 0
    return unicodeScalars.contains { scalar in
      run = scalar.isMark ? run + 1 : 0
      return run > Self.longestRun
    }
  }
}

extension Unicode.Scalar {
  /// Sorted with its neighbours when text is normalized. Three Tibetan vowels are no marks themselves and are taken apart into some.
  fileprivate var isMark: Bool {
    value >= 0x300 && (properties.canonicalCombiningClass != .notReordered || value == 0xF73 || value == 0xF75 || value == 0xF81)
  }
}
