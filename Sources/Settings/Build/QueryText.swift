/// Looks at SQL far enough to know that it is one SELECT that can stand in brackets: what it asks is for the database to judge.
struct QueryText {
  struct Problem: Error {
    /// Characters (Unicode scalars) before the place.
    var offset: Int
    /// To follow the key's name.
    var message: String
  }

  /// The query without white space and a semicolon at its end.
  static func check(_ text: String) -> Result<String, Problem> {
    var query = QueryText(letters: Array(text.unicodeScalars))
    do throws(Problem) {
      return .success(try query.read())
    } catch {
      return .failure(error)
    }
  }

  private let letters: [Unicode.Scalar]
  private var at = 0
  /// Where the brackets that are open now were opened.
  private var open: [Int] = []
  private var firstWord: (offset: Int, text: String)?
  /// The semicolon that ends the query.
  private var end: Int?

  private init(letters: [Unicode.Scalar]) { self.letters = letters }

  private func letter(_ ahead: Int = 0) -> Unicode.Scalar? {
    letters.indices.contains(at + ahead) ? letters[at + ahead] : nil
  }

  private mutating func read() throws(Problem) -> String {
    while let letter = letter() {
      if letter.properties.isWhitespace {
        at += 1
      } else if letter == "-", self.letter(1) == "-" {
        while let next = self.letter(), next != "\n" { at += 1 }
      } else if letter == "/", self.letter(1) == "*" {
        try skipComment()
      } else {
        if let end { throw Problem(offset: end, message: "is one statement; something follows this semicolon") }
        try token(letter)
      }
    }
    if let place = open.last { throw Problem(offset: place, message: "has a bracket that is never closed") }
    guard firstWord != nil else { throw Problem(offset: 0, message: "is empty") }
    // A comment may follow; it must not swallow what is put behind the query.
    return String(String.UnicodeScalarView(letters[..<(end ?? letters.count)]))
  }

  private mutating func token(_ letter: Unicode.Scalar) throws(Problem) {
    switch letter {
    case "'": try skipQuoted("'", escapes: isEscapeString)
    case "\"", "`": try skipQuoted(letter, escapes: false)
    case "(":
      open.append(at)
      at += 1
    case ")":
      guard open.popLast() != nil else { throw Problem(offset: at, message: "closes a bracket here that was never opened") }
      at += 1
    case ";":
      end = at
      at += 1
    case "$": try dollar()
    case _ where Self.isWordPart(letter): try word()
    default: at += 1
    }
    if firstWord == nil, end == nil, open.isEmpty { throw Problem(offset: 0, message: Self.notASelect) }
  }

  private static let notASelect = "is a SELECT, or a WITH that ends in one: sources only read"

  /// `E'…'` of PostgreSQL, in which a backslash takes the next character's meaning.
  private var isEscapeString: Bool {
    guard at > 0, letters[at - 1] == "E" || letters[at - 1] == "e" else { return false }
    return at == 1 || !Self.isWordPart(letters[at - 2])
  }

  private static func isWordPart(_ letter: Unicode.Scalar) -> Bool {
    letter == "_" || letter.properties.isAlphabetic || letter.properties.numericType != nil
  }

  private mutating func word() throws(Problem) {
    let start = at
    var text = ""
    while let letter = letter(), Self.isWordPart(letter) || letter == "$" {
      text.unicodeScalars.append(letter)
      at += 1
    }
    guard firstWord == nil else { return }
    firstWord = (start, text)
    guard ["select", "with"].contains(text.lowercased()) else { throw Problem(offset: start, message: Self.notASelect) }
  }

  private mutating func skipQuoted(_ quote: Unicode.Scalar, escapes: Bool) throws(Problem) {
    let start = at
    at += 1
    while let letter = letter() {
      at += 1
      if escapes, letter == "\\" {
        at += 1
      } else if letter == quote {
        guard self.letter() == quote else { return }
        at += 1
      }
    }
    throw Problem(offset: start, message: "has a quote that is never closed")
  }

  /// Comments of PostgreSQL nest.
  private mutating func skipComment() throws(Problem) {
    let start = at
    var depth = 0
    repeat {
      guard let letter = letter() else { throw Problem(offset: start, message: "has a comment that is never closed") }
      if letter == "/", self.letter(1) == "*" {
        depth += 1
        at += 2
      } else if letter == "*", self.letter(1) == "/" {
        depth -= 1
        at += 2
      } else {
        at += 1
      }
    } while depth > 0
  }

  /// `$1`, or text between `$tag$` and `$tag$`.
  private mutating func dollar() throws(Problem) {
    let start = at
    if let next = letter(1), ("0"..."9").contains(next) {
      throw Problem(offset: start, message: "takes no parameters; what has changed is found by \"watermark\"")
    }
    at += 1
    while let letter = letter(), Self.isWordPart(letter) { at += 1 }
    guard letter() == "$" else { return }
    at += 1
    let tag = letters[start..<at]
    while at + tag.count <= letters.count {
      if letters[at..<(at + tag.count)].elementsEqual(tag) {
        at += tag.count
        return
      }
      at += 1
    }
    throw Problem(offset: start, message: "has text that begins with \(String(String.UnicodeScalarView(tag))) and never ends")
  }
}
