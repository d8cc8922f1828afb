/// Markup that is safe to send. Text gets into it only escaped: in `"<b>\(name)</b>" as HTML` a `String` is escaped and an `HTML` is not.
/// Holds for text and for attribute values in double quotes alike; an attribute's value is always written in double quotes.
public struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The markup itself.
  public private(set) var text: String

  public init(stringLiteral text: String) { self.text = text }
  public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }
  private init(markup: String) { text = markup }

  /// Nothing.
  public static let empty = HTML(markup: "")

  /// Text as it stands, escaped.
  public static func text(_ text: some StringProtocol) -> HTML { HTML(markup: escaped(text)) }

  public var description: String { text }

  public static func + (a: HTML, b: HTML) -> HTML { HTML(markup: a.text + b.text) }
  public static func += (a: inout HTML, b: HTML) { a.text += b.text }

  /// What is written between the parts of a literal.
  public struct Interpolation: StringInterpolationProtocol {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + 32 * interpolationCount) }

    public mutating func appendLiteral(_ literal: String) { text += literal }
    /// Markup, as it is.
    public mutating func appendInterpolation(_ html: HTML) { text += html.text }
    /// Markup, or nothing.
    public mutating func appendInterpolation(_ html: HTML?) { text += html?.text ?? "" }
    /// Pieces of markup, one after the other.
    public mutating func appendInterpolation(_ list: [HTML]) { for html in list { text += html.text } }
    /// Text, escaped.
    public mutating func appendInterpolation(_ string: some StringProtocol) { text += HTML.escaped(string) }
    public mutating func appendInterpolation(_ number: Int) { text += String(number) }
  }

  private static func escaped(_ text: some StringProtocol) -> String {
    var safe = ""
    safe.reserveCapacity(text.utf8.count + 16)
    for letter in text.unicodeScalars {
      switch letter {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      // No page may hold these; what a sender made of them is of no use to a reader.
      case "\u{0}"..."\u{8}", "\u{b}", "\u{c}", "\u{e}"..."\u{1f}", "\u{7f}": safe += "\u{fffd}"
      default: safe.unicodeScalars.append(letter)
      }
    }
    return safe
  }
}

extension Sequence {
  /// One piece of markup for each element, in order.
  public func html(_ piece: (Element) -> HTML) -> HTML { reduce(into: HTML.empty) { $0 += piece($1) } }
}
