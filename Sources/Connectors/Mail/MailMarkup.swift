/// Markup of a mail. Text gets into it only escaped: in `"<b>\(name)</b>" as MailMarkup` a `String` is escaped, markup is not. Values of
/// attributes are always written in double quotes.
struct MailMarkup: ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral text: String) { self.text = text }
  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  static func += (a: inout MailMarkup, b: MailMarkup) { a.text += b.text }

  struct Interpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + 32 * interpolationCount) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ markup: MailMarkup) { text += markup.text }
    mutating func appendInterpolation(_ markup: MailMarkup?) { text += markup?.text ?? "" }
    mutating func appendInterpolation(_ string: String) { text += MailMarkup.escaped(string) }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
  }

  private static func escaped(_ text: String) -> String {
    var safe = ""
    safe.reserveCapacity(text.utf8.count + 16)
    for letter in text.unicodeScalars {
      switch letter {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      default: safe.unicodeScalars.append(letter)
      }
    }
    return safe
  }
}

extension Sequence {
  /// One piece of markup for each element, in order.
  func markup(_ piece: (Element) -> MailMarkup) -> MailMarkup { reduce(into: "") { $0 += piece($1) } }
}
