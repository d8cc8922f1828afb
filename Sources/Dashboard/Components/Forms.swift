import Domain

/// What a button is for; says how it looks.
enum ButtonKind: String {
  /// The one thing most people come to a form for.
  case primary
  case plain
  /// Takes something away from somebody.
  case danger
  /// One of many in a row of a list.
  case quiet
}

/// The types of a one-line field.
enum FieldType: String {
  case text, search, email, password, number, date
  case dateTime = "datetime-local"
}

/// A form that changes something: it posts, and carries the token that says it came from one of our pages.
func form(_ shell: Shell, action: String, id: String? = nil, _ fields: HTML) -> HTML {
  let name: HTML? = id.map { " id=\"\($0)\"" }
  return "<form method=\"post\" action=\"\(action)\"\(name)>\(hidden("csrf", shell.csrf))\(fields)</form>"
}

/// A form that only asks: its fields go into the address.
func query(action: String, id: String? = nil, _ fields: HTML) -> HTML {
  let name: HTML? = id.map { " id=\"\($0)\"" }
  return "<form method=\"get\" action=\"\(action)\" class=\"query\"\(name)>\(fields)</form>"
}

/// Fields and buttons in a row where there is room.
func row(_ fields: HTML) -> HTML { "<div class=\"row\">\(fields)</div>" }

/// A labelled one-line field. What was typed wrongly comes back in it, with `error` beside it.
/// - Parameters:
///   - id: of the input; needed only where a page has two fields of that name with a hint or an error.
///   - attributes: more attributes of the input, in order: `("autocomplete", "email")`, `("maxlength", "200")`.
func field(
  label: String, name: String, value: String = "", type: FieldType = .text, hint: String? = nil, error: String? = nil,
  required: Bool = false, id: String? = nil, attributes: [(name: String, value: String)] = []
) -> HTML {
  let notes = FieldNotes(id: id ?? name, hint: hint, error: error)
  let more = attributes.html { " \(HTML(stringLiteral: $0.name))=\"\($0.value)\"" }
  return """
    <div class="field">\(notes.label(label, required: required))\
    <input id="\(id ?? name)" name="\(name)" type="\(type.rawValue)" value="\(value)"\(notes.attributes(required: required))\(more)>\
    \(notes.below)</div>
    """
}

/// A labelled field of several lines.
/// - Parameters:
///   - maximum: how many characters it takes; the browser lets nobody write more.
///   - isReadOnly: it can be copied from, not written in.
func textArea(
  label: String, name: String, value: String = "", lines: Int = 3, maximum: Int? = nil, isReadOnly: Bool = false, hint: String? = nil,
  error: String? = nil, required: Bool = false, id: String? = nil
) -> HTML {
  let notes = FieldNotes(id: id ?? name, hint: hint, error: error)
  let bound: HTML? = maximum.map { " maxlength=\"\($0)\"" }
  let fixed: HTML? = isReadOnly ? " readonly" : nil
  // A line break directly after the tag is the parser's, not the value's.
  return """
    <div class="field">\(notes.label(label, required: required))\
    <textarea id="\(id ?? name)" name="\(name)" rows="\(lines)"\(bound)\(fixed)\(notes.attributes(required: required))>\n\(value)\
    </textarea>\
    \(notes.below)</div>
    """
}

/// A labelled choice of one.
func select(
  label: String, name: String, options: [(value: String, label: String)], selected: String? = nil, hint: String? = nil,
  error: String? = nil, id: String? = nil
) -> HTML {
  let notes = FieldNotes(id: id ?? name, hint: hint, error: error)
  let choices = options.html { option in
    "<option value=\"\(option.value)\"\(option.value == selected ? " selected" as HTML : .empty)>\(option.label)</option>"
  }
  return """
    <div class="field">\(notes.label(label, required: false))\
    <select id="\(id ?? name)" name="\(name)"\(notes.attributes(required: false))>\(choices)</select>\(notes.below)</div>
    """
}

/// A box to tick.
func checkbox(label: String, name: String, value: String = "yes", checked: Bool = false) -> HTML {
  let state: HTML = checked ? " checked" : .empty
  return "<label class=\"check\"><input type=\"checkbox\" name=\"\(name)\" value=\"\(value)\"\(state)> \(label)</label>"
}

/// A button that sends its form. The label says what will have been done: "Close task", never "OK".
/// - Parameter name: with `value` goes with the form, where a form has several buttons.
func button(
  _ label: String, kind: ButtonKind = .plain, name: String? = nil, value: String? = nil, describedBy: String? = nil
) -> HTML {
  let field: HTML? = name.map { " name=\"\($0)\" value=\"\(value ?? "")\"" }
  let about: HTML? = describedBy.map { " aria-describedby=\"\($0)\"" }
  return "<button type=\"submit\" class=\"button \(kind.rawValue)\"\(field)\(about)>\(label)</button>"
}

/// A value that goes with a form unseen.
func hidden(_ name: String, _ value: String) -> HTML { "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">" }

/// What stands around a field: its label above, hint and error below, joined to it for those who do not see where they stand.
private struct FieldNotes {
  var id: String
  var hint: String?
  var error: String?

  func label(_ text: String, required: Bool) -> HTML {
    let mark: HTML? = required ? " <span class=\"required\">required</span>" : nil
    return "<label for=\"\(id)\">\(text)\(mark)</label>"
  }

  func attributes(required: Bool) -> HTML {
    var names: [String] = []
    if error != nil { names.append("\(id)-error") }
    if hint != nil { names.append("\(id)-hint") }
    var html: HTML = required ? " required" : .empty
    if error != nil { html += " aria-invalid=\"true\"" }
    if !names.isEmpty { html += " aria-describedby=\"\(names.joined(separator: " "))\"" }
    return html
  }

  var below: HTML {
    let wrong: HTML? = error.map { "<p class=\"error\" id=\"\(id)-error\">\($0)</p>" }
    let help: HTML? = hint.map { "<p class=\"hint\" id=\"\(id)-hint\">\($0)</p>" }
    return "\(wrong)\(help)"
  }
}
