import Domain

extension CustomersPage {
  /// Saved views, the reader's own first; the one that is looked at is marked.
  func viewLinks(_ shell: Shell) -> HTML? {
    guard !views.isEmpty else { return nil }
    let email = shell.user?.email
    let sorted = views.filter { $0.owner == email } + views.filter { $0.owner != email }
    return Dashboard.choices(
      label: "Saved views",
      sorted.prefix(30).map { view in
        let asked = CustomersAddress(view)
        let name = view.owner == email ? clipped(view.name, 60) : "\(clipped(view.name, 60)) (shared)"
        return (path: asked.path, label: name, isCurrent: asked == address.after(nil))
      })
  }

  /// Keeps what is looked at under a name, and takes such a name away again.
  func saveForm(_ shell: Shell) -> HTML? {
    guard shell.may(.work) else { return nil }
    let present = address.after(nil)
    let name = field(label: "Name", name: "name", required: true, id: "view-name", attributes: [("maxlength", "80")])
    let shared = checkbox(label: "For everyone", name: "shared")
    let save = shell.form(
      "/views", back: present.path,
      """
      \(hidden("where", present.condition))\(hidden("sort", present.sort))\(hidden("columns", present.columns.joined(separator: ",")))\
      \(row("\(name)\(shared)\(button("Save view", kind: .primary))"))
      """)
    let mine = views.filter { $0.owner == shell.user?.email }.prefix(30).map { view in
      shell.form(
        "/views/\(percentEncoded(view.id))/delete", back: present.path,
        row("<span><bdi>\(clipped(view.name, 60))</bdi></span>\(button("Delete view “\(clipped(view.name, 60))”", kind: .quiet))"))
    }
    let others: HTML? = mine.isEmpty ? nil : "<h3>My views</h3>\(Array(mine).html { $0 })"
    return card(title: "Saved views", id: "views", "\(save)\(others)")
  }
}

extension CustomersAddress {
  /// The list that a saved view shows.
  public init(_ view: SavedView) {
    self.init(
      condition: view.condition, sort: view.sort.isEmpty ? "score" : view.sort,
      columns: view.columns.isEmpty ? Self.usualColumns : view.columns)
  }
}

/// A condition with what is wrong with it, in place: a caret line under the text, with message and suggestion.
struct ConditionErrors {
  var source: String
  var errors: [ExpressionError]

  /// More of them help nobody.
  private static let most = 5
  /// What is shown of a line on either side of the mistake.
  private static let context = 60

  /// For those who see it; the same is said in words at the field.
  var html: HTML {
    let blocks = errors.prefix(Self.most).html { error in
      let place = Place(error.range, in: source)
      let hint: HTML? = error.suggestion.map { " · did you mean <b>\(clipped($0, 100))</b>?" }
      return """
        \(place.before)<mark>\(place.marked)</mark>\(place.after)
        \(String(repeating: " ", count: place.indent))\(String(repeating: "^", count: place.width)) \(clipped(error.message, 300))\(hint)

        """
    }
    return "<pre class=\"carets\" aria-hidden=\"true\">\(blocks)</pre>"
  }

  /// The line that holds a mistake, as much of it as can be looked at.
  private struct Place {
    var before: String
    var marked: String
    var after: String
    var indent: Int
    var width: Int

    /// Half-open offsets, counted in Unicode scalars.
    init(_ range: Range<Int>, in source: String) {
      let letters = Array(source.unicodeScalars)
      let start = min(max(range.lowerBound, 0), letters.count)
      let end = min(max(range.upperBound, start), letters.count)
      let isBreak = { (letter: Unicode.Scalar) in letter == "\n" || letter == "\r" }
      let lineStart = letters[..<start].lastIndex(where: isBreak).map { $0 + 1 } ?? 0
      let lineEnd = letters[start...].firstIndex(where: isBreak) ?? letters.count
      let stop = min(end, lineEnd, start + ConditionErrors.context)
      let from = max(lineStart, start - ConditionErrors.context)
      let to = min(lineEnd, stop + ConditionErrors.context)
      before = (from > lineStart ? "…" : "") + Self.text(letters[from..<start])
      marked = Self.text(letters[start..<max(start, stop)])
      after = Self.text(letters[max(start, stop)..<max(stop, to)]) + (to < lineEnd ? "…" : "")
      indent = before.unicodeScalars.count
      width = max(1, marked.unicodeScalars.count)
    }

    private static func text(_ letters: ArraySlice<Unicode.Scalar>) -> String {
      var text = ""
      // A tab has no width of its own under which a caret could stand.
      text.unicodeScalars.append(contentsOf: letters.map { $0 == "\t" ? " " : $0 })
      return text
    }
  }
}
