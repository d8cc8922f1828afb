import Dashboard

/// Markup taken apart again: its elements with their attributes, and what is wrong with it by the rules of the house.
struct Markup {
  struct Element {
    var name: String
    var attributes: [(name: String, value: String)]
    /// Names of the elements around it, outermost first.
    var path: [String]
    /// The text in it, with that of the elements in it.
    var text = ""

    subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
    var classes: [String] { (self["class"] ?? "").split(separator: " ").map(String.init) }
  }

  private(set) var elements: [Element] = []
  /// Everything that keeps it from being well-formed.
  private(set) var errors: [String] = []

  private static let void: Set<String> = ["meta", "link", "input", "br", "hr", "img"]

  init(_ html: HTML) {
    var rest = Substring(html.text)
    var open: [Int] = []
    while let bracket = rest.firstIndex(of: "<") {
      addText(rest[..<bracket], open)
      rest = rest[bracket...]
      guard let end = rest.firstIndex(of: ">") else {
        errors.append("a tag without an end: \(rest.prefix(40))")
        return
      }
      var tag = rest[rest.index(after: bracket)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!doctype") { continue }
      if tag.hasPrefix("/") {
        guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
          errors.append("</\(tag.dropFirst())> closes nothing")
          return
        }
        continue
      }
      let closesItself = tag.last == "/"
      if closesItself { tag.removeLast() }
      let element = read(tag, path: open.map { elements[$0].name })
      elements.append(element)
      if Self.void.contains(element.name) || closesItself { continue }
      open.append(elements.count - 1)
      if element.name == "script", let close = rest.firstRange(of: "</script") {
        addText(rest[..<close.lowerBound], open, isRaw: true)
        rest = rest[close.lowerBound...]
      }
    }
    addText(rest, open)
    if !open.isEmpty { errors.append("not closed: \(open.map { elements[$0].name }.joined(separator: " "))") }
  }

  private mutating func read(_ tag: Substring, path: [String]) -> Element {
    var rest = tag.drop { $0 != " " }
    var element = Element(name: String(tag.prefix { $0 != " " }), attributes: [], path: path)
    if !element.name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) { errors.append("no name of a tag: \(element.name)") }
    while true {
      rest = rest.drop { $0 == " " }
      if rest.isEmpty { return element }
      let name = String(rest.prefix { $0 != "=" && $0 != " " })
      rest = rest.dropFirst(name.count)
      if !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) { errors.append("no name of an attribute: \(name)") }
      var value = ""
      if rest.first == "=" {
        guard rest.dropFirst().first == "\"", let end = rest.dropFirst(2).firstIndex(of: "\"") else {
          errors.append("an attribute's value without quotes: \(name)")
          return element
        }
        value = String(rest.dropFirst(2)[..<end])
        rest = rest[rest.index(after: end)...]
        if rest.first.map({ $0 != " " }) == true { errors.append("nothing between two attributes after \(name)") }
      }
      if element[name] != nil { errors.append("\(name) twice in <\(element.name)>") }
      checkEntities(value)
      element.attributes.append((name, Self.unescaped(value)))
    }
  }

  private mutating func addText(_ text: Substring, _ open: [Int], isRaw: Bool = false) {
    if !isRaw { checkEntities(String(text)) }
    for index in open { elements[index].text += Self.unescaped(String(text)) }
  }

  private mutating func checkEntities(_ text: String) {
    for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
    where !["amp;", "lt;", "gt;", "quot;", "#39;"].contains(where: { part.hasPrefix($0) }) {
      errors.append("a bare & before \(part.prefix(10))")
    }
  }

  private static func unescaped(_ text: String) -> String {
    text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
      .replacing("&amp;", with: "&")
  }
}

extension Markup {
  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }
  func with(class name: String) -> [Element] { elements.filter { $0.classes.contains(name) } }
  func with(id: String) -> Element? { elements.first { $0["id"] == id } }

  /// The cells of the body of its only table, row by row.
  var rows: [[String]] {
    var rows: [[String]] = []
    for element in elements where element.path.contains("tbody") {
      if element.name == "tr" { rows.append([]) }
      if element.name == "td" || element.name == "th" { rows[rows.count - 1].append(element.text) }
    }
    return rows
  }

  /// What the rules of the house find wrong: strict content security, names for everything that is shown or asked for, nothing twice.
  var faults: [String] {
    var faults = errors
    let ids = elements.compactMap { $0["id"] }
    faults += Dictionary(grouping: ids) { $0 }.filter { $0.value.count > 1 }.keys.map { "the id \($0) twice" }
    for element in elements {
      for attribute in element.attributes {
        if attribute.name == "style" || attribute.name.hasPrefix("on") { faults.append("\(attribute.name) in <\(element.name)>") }
        if ["href", "src", "action"].contains(attribute.name), !attribute.value.isOurs {
          faults.append("leads out of the house: \(attribute.value)")
        }
        if ["for", "aria-labelledby", "aria-describedby", "aria-controls"].contains(attribute.name) {
          faults += attribute.value.split(separator: " ").filter { !ids.contains(String($0)) }.map { "\(attribute.name) knows no \($0)" }
        }
      }
      faults += nameless(element)
    }
    return faults
  }

  private func nameless(_ element: Element) -> [String] {
    switch element.name {
    case "script" where element["type"] != "application/json" && element["src"] == nil: ["a script in the page"]
    case "input" where element["type"] != "hidden":
      isLabelled(element) ? [] : ["a field without a label: \(element["name"] ?? "?")"]
    case "select", "textarea": isLabelled(element) ? [] : ["a field without a label: \(element["name"] ?? "?")"]
    case "th" where element["scope"] == nil: ["a head without a scope: \(element.text)"]
    case "svg" where !element.path.contains("svg") && element["aria-hidden"] == nil:
      element["role"] == "img" && element["aria-label"]?.isEmpty == false ? [] : ["a picture without a name"]
    case "nav" where element["aria-label"] == nil: ["a navigation without a name"]
    case "button", "a": element.text.contains { !$0.isWhitespace } ? [] : ["a \(element.name) that says nothing"]
    default: []
    }
  }

  private func isLabelled(_ element: Element) -> Bool {
    element.path.contains("label") || element["aria-label"] != nil || elements.contains { $0.name == "label" && $0["for"] == element["id"] }
  }
}

extension String {
  /// An address of this server.
  fileprivate var isOurs: Bool { hasPrefix("#") || (hasPrefix("/") && !hasPrefix("//")) }
}
