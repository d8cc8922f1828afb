/// A word or sign of an expression with its place.
struct Token: Hashable {
  enum Kind: Hashable {
    case name(String)
    case number(Double)
    case duration(TimeSpan)
    case text(String)
    /// An operator, bracket, comma, or a keyword.
    case sign(String)
    case end
  }
  var kind: Kind
  var range: Range<Int>
}

/// Splits an expression into tokens. A wrong character is reported and read as what was probably meant, so that the rest can be
/// checked too.
struct Lexer {
  static let keywords: Set<String> = ["and", "or", "not", "is", "missing", "present", "in", "contains", "true", "false"]

  private let source: [Unicode.Scalar]
  private var position = 0
  private(set) var tokens: [Token] = []
  private(set) var errors: [ExpressionError] = []

  init(_ source: [Unicode.Scalar]) { self.source = source }

  mutating func run() {
    while position < source.count {
      let letter = source[position]
      if letter.isSpace {
        position += 1
      } else if letter.isNameStart {
        readWord()
      } else if letter.isDigit {
        readNumber()
      } else if letter == "\"" || letter == "'" {
        readText(quote: letter)
      } else {
        readSign()
      }
    }
    tokens.append(Token(kind: .end, range: source.count..<source.count))
  }

  private mutating func add(_ kind: Token.Kind, from start: Int) { tokens.append(Token(kind: kind, range: start..<position)) }

  private mutating func report(_ message: String, from start: Int, suggestion: String? = nil) {
    errors.append(ExpressionError(range: start..<position, message: message, suggestion: suggestion))
  }

  private func text(from start: Int) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: source[start..<position])
    return String(result)
  }

  private mutating func readWord() {
    let start = position
    while position < source.count, source[position].isNamePart { position += 1 }
    let word = text(from: start)
    let lower = word.lowercased()
    if Self.keywords.contains(word) {
      add(.sign(word), from: start)
    } else if Self.keywords.contains(lower) {
      report("\"\(word)\" is written in small letters", from: start, suggestion: lower)
      add(.sign(lower), from: start)
    } else {
      add(.name(word), from: start)
    }
  }

  private mutating func readNumber() {
    let start = position
    while position < source.count, source[position].isDigit { position += 1 }
    if position + 1 < source.count, source[position] == ".", source[position + 1].isDigit {
      position += 1
      while position < source.count, source[position].isDigit { position += 1 }
    }
    let digits = text(from: start)
    let unitStart = position
    while position < source.count, source[position].isNamePart { position += 1 }
    let unit = text(from: unitStart)
    if unit.isEmpty {
      readPlainNumber(digits, from: start)
    } else if let span = TimeSpan(text: digits + unit) {
      add(.duration(span), from: start)
    } else {
      let units = TimeSpan.units.map { String($0.letter) }
      if units.contains(unit) {
        report("this duration is too long: at most \(ExpressionLimits.duration.text)", from: start)
      } else {
        let meant = Self.unitWords[unit.lowercased()]
        report("\"\(unit)\" is no unit of time: use w, d, h, m (minutes) or s", from: start, suggestion: meant.map { digits + $0 })
      }
      add(.duration(.days(1)), from: start)
    }
  }

  private static let unitWords = [
    "day": "d", "days": "d", "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "week": "w", "weeks": "w", "mo": "d", "d": "d", "h": "h", "m": "m", "s": "s",
    "w": "w",
  ]

  private mutating func readPlainNumber(_ digits: String, from start: Int) {
    if let number = Double(digits), number <= 1e15 {
      add(.number(number), from: start)
    } else {
      report("this number is too large: at most 1000000000000000", from: start)
      add(.number(0), from: start)
    }
  }

  private mutating func readText(quote: Unicode.Scalar) {
    let start = position
    var content = String.UnicodeScalarView()
    position += 1
    while position < source.count, source[position] != quote, !source[position].isLineBreak {
      if source[position] == "\\", quote == "\"" {
        position += 1
        guard position < source.count, source[position] == "\"" || source[position] == "\\" else {
          report("after \\ only \" or \\ may stand; write \\\\ for a backslash", from: position - 1)
          continue
        }
      }
      content.append(source[position])
      position += 1
    }
    if position < source.count, source[position] == quote {
      position += 1
      if quote == "'" { report("text stands in double quotes", from: start, suggestion: "\"\(String(content))\"") }
    } else {
      report("this text has no closing quote", from: start)
    }
    add(.text(String(content)), from: start)
  }

  /// What people coming from other languages write, and its word here.
  private static let foreign = [
    "&&": "and", "||": "or", "<>": "!=", "===": "==", "=": "==", "!": "not", "&": "and", "|": "or", "=>": ">=", "=<": "<=",
  ]
  private static let signs = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ","]
  private static let candidates = (signs + foreign.keys).sorted { ($0.count, $0) > ($1.count, $1) }

  private mutating func readSign() {
    let start = position
    for sign in Self.candidates where source[start...].starts(with: sign.unicodeScalars) {
      position += sign.unicodeScalars.count
      let meant = Self.foreign[sign]
      if let meant { report("\"\(sign)\" is not an operator here", from: start, suggestion: meant) }
      add(.sign(meant ?? sign), from: start)
      return
    }
    position += 1
    report("unexpected character \"\(text(from: start))\"", from: start)
  }
}

extension Unicode.Scalar {
  var isSpace: Bool { self == " " || self == "\t" || isLineBreak }
  var isLineBreak: Bool { self == "\n" || self == "\r" }
  var isDigit: Bool { ("0"..."9").contains(self) }
  var isNameStart: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_" }
  var isNamePart: Bool { isNameStart || isDigit }
}
