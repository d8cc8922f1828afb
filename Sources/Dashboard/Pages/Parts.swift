import Domain

/// A customer as a line of a page names it.
public struct CustomerLine: Hashable, Sendable {
  public var id: String
  public var name: String?
  /// `nil` before the first score.
  public var score: Int?
  public var band: Band?
  public init(id: String, name: String? = nil, score: Int? = nil, band: Band? = nil) {
    self.id = id
    self.name = name
    self.score = score
    self.band = band
  }

  /// The name where there is one, else the id.
  var label: String { customerLabel(id: id, name: name) }
  /// Leads to the customer's page.
  var link: HTML { "<a href=\"\(customerPath(id))\"><bdi>\(clipped(label))</bdi></a>" }
  /// Score and band as they are now.
  var standing: HTML { band.map { badge($0, score: score) } ?? "<span class=\"hint\">no score yet</span>" }
}

/// Somebody who may own customers and tasks.
public struct Owner: Hashable, Sendable {
  /// The address, lower-case; what tasks and customers name.
  public var email: String
  public var name: String
  public init(email: String, name: String) {
    self.email = email
    self.name = name
  }
}

extension Shell {
  /// The same shell with the page's own title, where it was given none.
  func titled(_ title: String) -> Shell {
    guard self.title.isEmpty else { return self }
    var shell = self
    shell.title = clipped(title)
    return shell
  }

  func may(_ permission: Permission) -> Bool { user?.may(permission) ?? false }

  /// A form that leads back to where the reader was.
  func form(_ action: String, back: String, _ fields: HTML) -> HTML {
    Dashboard.form(self, action: action, "\(hidden("back", back))\(fields)")
  }
}

/// The name where there is one that can be seen, else the id.
func customerLabel(id: String, name: String?) -> String {
  guard let name, name.unicodeScalars.contains(where: { !$0.properties.isWhitespace && !$0.properties.isDefaultIgnorableCodePoint }) else {
    return id
  }
  return name
}

/// Text for a line: whoever names things may write a book, and a page is bounded.
func clipped(_ text: String, _ limit: Int = 120) -> String {
  let letters = text.unicodeScalars.prefix(limit + 1)
  return letters.count > limit ? String(letters.prefix(limit)) + "…" : text
}

/// How many of something: "1 customer", "5 000 customers", "2 deliveries".
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
}

/// With its sign, one decimal at most: "+1.2", "−3", "±0".
func signed(_ number: Double) -> String {
  let text = oneDecimal(number)
  return text == "0" ? "±0" : number > 0 ? "+\(text)" : text
}

/// An amount with its digits in groups of three, hundredths where there are some: "1 250", "49.90".
func amount(_ number: Double) -> String {
  guard number.magnitude < 1e13 else { return "–" }
  let hundredths = Int((number.magnitude * 100).rounded())
  let (whole, rest) = (hundredths / 100, hundredths % 100)
  let text = grouped(whole) + (rest == 0 ? "" : rest < 10 ? ".0\(rest)" : ".\(rest)")
  return number < 0 && hundredths > 0 ? "−\(text)" : text
}

/// How long something has lasted: within a week "for 3 d", else "since 17 Nov".
/// - Parameter word: what stands before the length of time.
func lasting(_ word: String, _ start: Instant, _ shell: Shell) -> HTML {
  let span = shell.now - start
  guard span >= .zero, span < .days(7) else { return "since \(time(start, shell))" }
  let words = span.words.split(separator: " ").prefix(2).joined(separator: " ")
  let title = Clock(timeZone: shell.timeZone).full(start)
  return "\(word) <time datetime=\"\(start.iso8601)\" title=\"\(title)\">\(words)</time>"
}

/// An address of ours with what is asked in it; what is `nil` or empty is left out.
func address(_ path: String, _ items: [(name: String, value: String?)]) -> String {
  let asked = items.compactMap { item in
    item.value.flatMap { $0.isEmpty ? nil : "\(percentEncoded(item.name))=\(percentEncoded($0))" }
  }
  return asked.isEmpty ? path : "\(path)?\(asked.joined(separator: "&"))"
}

/// The list of customers for which a condition holds.
func customersPath(where condition: String) -> String { address("/customers", [("where", condition)]) }

/// Text as an expression writes it.
public func quoted(_ text: String) -> String {
  "\"\(text.replacing(scalar: "\\", with: "\\\\").replacing(scalar: "\"", with: "\\\""))\""
}

/// What is said small about a line, its parts apart by dots.
func dotted(_ parts: [HTML?]) -> HTML {
  parts.compactMap(\.self).enumerated().html { $0.offset == 0 ? $0.element : " · \($0.element)" }
}

/// Text of several lines as it was written.
func prose(_ text: String) -> HTML { "<p class=\"prose\">\(clipped(text, 10_000))</p>" }

/// Who did something, an address or a name of ours.
func author(_ name: String) -> HTML { "<bdi>\(clipped(name, 80))</bdi>" }
