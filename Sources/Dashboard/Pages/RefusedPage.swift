import Domain

/// What could not be done and why, with everything that somebody wrote for it: to be mended and sent again, or to be copied.
public struct RefusedPage: Hashable, Sendable {
  /// A field of the form, as it was sent.
  public struct Field: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Why, with the remedy.
  public var sentence: String
  /// Where the form was sent to.
  public var action: String
  /// What was in it, each name once, without what every form has (`csrf`, `back`).
  public var fields: [Field]
  /// Where the form was.
  public var back: String
  /// Whether it can be done when something in it is changed; else what was written is only shown.
  public var canBeMended: Bool

  public init(sentence: String, action: String, fields: [Field], back: String, canBeMended: Bool) {
    self.sentence = sentence
    self.action = action
    self.fields = fields
    self.back = back
    self.canBeMended = canBeMended
  }

  /// What people write in their own words, by the names that forms have for it.
  private static let labels = [
    "text": "Text", "note": "Note", "title": "What is to be done", "reason": "Reason", "name": "Name", "where": "Condition",
  ]
  private static let oneLine: Set<String> = ["title", "reason", "name"]

  private var written: [Field] { fields.filter { Self.labels[$0.name] != nil && !$0.value.allSatisfy(\.isWhitespace) } }

  /// Whether something would be lost that somebody wrote.
  public var holdsText: Bool { !written.isEmpty }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let texts: HTML? = canBeMended ? mending(shell) : kept
    return document(
      shell.titled("That was not done"),
      """
      <div class="narrow">\(heading("That was not done"))\(problem(clipped(sentence, 1_000)))\(texts)\
      <p class="actions">\(buttonLink(back, "Go back"))</p></div>
      """)
  }

  private func mending(_ shell: Shell) -> HTML {
    shell.form(action, back: back, "\(fields.html { Self.input($0) })\(button("Send again", kind: .primary))")
  }

  private var kept: HTML? {
    guard holdsText else { return nil }
    let texts = written.html { textArea(label: Self.label($0), name: $0.name, value: $0.value, lines: 6, isReadOnly: true) }
    return "<p>What you wrote is kept nowhere else: copy it from here.</p>\(texts)"
  }

  /// A field to change; what is chosen and not written goes with the form as it was, unseen.
  private static func input(_ sent: Field) -> HTML {
    switch sent.name {
    case "due": field(label: "Due", name: sent.name, value: sent.value, type: .dateTime)
    case "until": field(label: "Until", name: sent.name, value: sent.value, type: .date)
    case _ where oneLine.contains(sent.name): field(label: label(sent), name: sent.name, value: sent.value)
    // Without a bound: a browser must not cut what is too long.
    case _ where labels[sent.name] != nil: textArea(label: label(sent), name: sent.name, value: sent.value, lines: 6)
    default: hidden(sent.name, sent.value)
    }
  }

  private static func label(_ sent: Field) -> String { labels[sent.name] ?? sent.name }
}
