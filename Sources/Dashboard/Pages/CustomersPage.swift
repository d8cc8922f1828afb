import Domain

/// Customers in a list: filtered, sorted, in the columns somebody wants.
public struct CustomersPage: Hashable, Sendable {
  /// What a cell holds.
  public enum Cell: Hashable, Sendable {
    case text(String)
    case number(Double)
    case instant(Instant)
    /// An attribute as it came.
    case json(JSON)
    /// Not known.
    case missing
  }

  /// One customer; a cell for each column that was asked for, by the column's key. The score stands in `customer`.
  public struct Line: Hashable, Sendable {
    public var customer: CustomerLine
    public var cells: [String: Cell]
    public init(customer: CustomerLine, cells: [String: Cell]) {
      self.customer = customer
      self.cells = cells
    }
  }

  /// A column that can be shown.
  public struct Choice: Hashable, Sendable {
    /// As in the address: "mrr".
    public var key: String
    /// For people: "MRR".
    public var title: String
    public var isNumber: Bool
    /// The word by which the list is sorted along it; `nil`: it cannot be.
    public var sort: String?
    public init(key: String, title: String, isNumber: Bool = false, sort: String? = nil) {
      self.key = key
      self.title = title
      self.isNumber = isNumber
      self.sort = sort
    }

    /// Those that are there whatever a company knows of its customers.
    public static let usual = [
      Choice(key: "score", title: "Score", sort: "score"), Choice(key: "id", title: "Id", sort: "id"),
      Choice(key: "journey", title: "Journey"), Choice(key: "owner", title: "Owner"),
      Choice(key: "mrr", title: "MRR", isNumber: true, sort: "mrr"), Choice(key: "started", title: "Customer since", sort: "started"),
    ]
  }

  /// A segment by which the list can be narrowed with one click.
  public struct SegmentChoice: Hashable, Sendable {
    public var name: String
    public var title: String
    public init(name: String, title: String) {
      self.name = name
      self.title = title
    }
  }

  /// A word of the expression language, offered while somebody types.
  public struct Word: Hashable, Sendable {
    public var name: String
    /// What it is: "number", "segment", "event".
    public var about: String
    public init(name: String, about: String) {
      self.name = name
      self.about = about
    }
  }

  /// What was asked for.
  public var address: CustomersAddress
  /// What is wrong with the condition; then there are no lines.
  public var errors: [ExpressionError]
  /// Another thing wrong with what was asked: "There is no column “plna”."
  public var error: String?
  public var lines: [Line]
  public var next: String?
  /// So many customers were looked at, and the page may go on though it is not full; `nil`: it is full, or the end.
  public var examined: Int?
  /// Whether the company has any customer yet.
  public var hasCustomers: Bool
  /// All columns that can be shown, in order.
  public var choices: [Choice]
  public var segments: [SegmentChoice]
  /// The reader's own and the shared ones.
  public var views: [SavedView]
  public var words: [Word]

  public init(
    address: CustomersAddress, errors: [ExpressionError] = [], error: String? = nil, lines: [Line], next: String? = nil,
    examined: Int? = nil, hasCustomers: Bool = true, choices: [Choice] = Choice.usual, segments: [SegmentChoice] = [],
    views: [SavedView] = [], words: [Word] = []
  ) {
    self.address = address
    self.errors = errors
    self.error = error
    self.lines = lines
    self.next = next
    self.examined = examined
    self.hasCustomers = hasCustomers
    self.choices = choices
    self.segments = segments
    self.views = views
    self.words = words
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let shell = shell.titled("Customers")
    guard hasCustomers else {
      let hint: HTML = """
        Send events from your product, or begin with what you have: <code>holdfast import customers FILE</code>.
        """
      return document(shell, "\(heading("Customers"))\(emptyState("No customer has arrived yet.", hint: hint))")
    }
    let bad: HTML? = error.map { problem(clipped($0, 500)) }
    let title = heading("Customers", actions: link(address.csvPath, "Save as CSV"))
    return document(
      shell,
      """
      \(title)\(viewLinks(shell))\(quickFilters)\(filterForm)\(bad)\(list(shell))\(foot(shell))\
      \(completions(words.map { ($0.name, $0.about) }))
      """)
  }

  // MARK: What is asked

  /// The bands and the segments, one click each.
  private var quickFilters: HTML {
    let bands = Band.allCases.map { (title: $0.title, condition: "band == \"\($0.rawValue)\"") }
    let named = segments.prefix(12).map { (title: clipped($0.title, 40), condition: "in_segment(\($0.name))") }
    var all: [(title: String, condition: String)] = [("All", "")]
    all += bands
    all += named
    return Dashboard.choices(
      label: "Quick filters",
      all.map { (path: address.under($0.condition).path, label: $0.title, isCurrent: address.condition == $0.condition) })
  }

  private var filterForm: HTML {
    let boxes = choices.prefix(60).html { choice in
      checkbox(
        label: clipped(choice.title, 60), name: "columns", value: choice.key, checked: address.columns.contains(choice.key))
    }
    let marked: HTML? = errors.isEmpty ? nil : ConditionErrors(source: address.condition, errors: errors).html
    let picked = shownColumns.count
    let condition = field(
      label: "Condition", name: "where", value: address.condition, hint: "For example: tier == \"enterprise\" and age(login) > 14d",
      error: errors.isEmpty ? nil : errorText,
      attributes: [("autocomplete", "off"), ("spellcheck", "false"), ("data-complete", "names"), ("maxlength", "4000")])
    let search = field(
      label: "Name or id", name: "q", value: address.search, type: .search, id: "list-search",
      attributes: [("autocomplete", "off"), ("maxlength", "200")])
    let order: HTML? = address.sort == "score" ? nil : hidden("sort", clipped(address.sort, 64))
    let columnBoxes = fold(
      "Columns (\(picked))",
      """
      <fieldset class="checks"><legend class="unseen">Columns</legend>\(boxes)</fieldset>\(button("Show these columns"))
      """)
    return query(
      action: "/customers",
      """
      \(row("<div class=\"wide\">\(condition)</div>\(search)\(button("Filter", kind: .primary))"))\(marked)\(order)\(columnBoxes)
      """)
  }

  private var errorText: String {
    let all = errors.prefix(5).map { error in
      let place = "Character \(error.range.lowerBound + 1): \(clipped(error.message, 300))"
      return error.suggestion.map { "\(place). Did you mean \(clipped($0, 100))?" } ?? "\(place)."
    }
    return all.joined(separator: " ")
  }

  // MARK: The list

  private var shownColumns: [Choice] {
    address.columns.prefix(CustomersAddress.mostColumns).compactMap { key in choices.first { $0.key == key } }
  }

  private func list(_ shell: Shell) -> HTML {
    guard errors.isEmpty, error == nil else { return .empty }
    guard !lines.isEmpty else {
      if next != nil { return emptyState("None of those looked at so far.", hint: "The rest of the list has not been looked at yet.") }
      let isWhole = address.condition.isEmpty && address.search.isEmpty
      return isWhole
        ? emptyState("This is the end of the list.")
        : emptyState("No customer is like that.", hint: link(address.under("").searching("").path, "Show all customers"))
    }
    let columns = shownColumns
    let head =
      [Column("Customer", sort: sort("name"))]
      + columns.map { Column($0.title, $0.isNumber ? .number : .text, sort: $0.sort.map(sort)) }
    let rows = lines.map { line in
      [line.customer.link] + columns.map { $0.key == "score" ? line.customer.standing : Self.text(line.cells[$0.key] ?? .missing, shell) }
    }
    return "<div class=\"wide\">\(table(caption: "Customers", head: head, rows: rows, isList: true))</div>"
  }

  /// A click sorts by the column, a second one the other way round.
  private func sort(_ key: String) -> Column.Sort {
    let isCurrent = address.sort == key
    let isReversed = address.sort == "-\(key)"
    return Column.Sort(
      path: address.sorted(isCurrent ? "-\(key)" : key).path,
      direction: isCurrent ? .ascending : isReversed ? .descending : nil)
  }

  private static func text(_ cell: Cell, _ shell: Shell) -> HTML {
    switch cell {
    case .text(let text): return "<bdi>\(clipped(text, 80))</bdi>"
    case .number(let number): return "\(amount(number))"
    case .instant(let instant): return day(instant, shell)
    case .json(.string(let text)): return "<bdi>\(clipped(text, 80))</bdi>"
    case .json(.bool(let flag)): return flag ? "yes" : "no"
    case .json(let json):
      if let number = json.double { return "\(amount(number))" }
      return json.isNull ? "–" : "<code>\(clipped(json.printed(), 80))</code>"
    case .missing: return "<span class=\"hint\">–</span>"
    }
  }

  // MARK: Below it

  private func foot(_ shell: Shell) -> HTML {
    guard errors.isEmpty, error == nil else { return .empty }
    let bounded: HTML? = examined.map {
      "<p class=\"hint\">\(counted($0, "customer was", "customers were")) looked at for this page; there are more to look at.</p>"
    }
    let first = address.next == nil ? nil : address.after(nil).path
    return "\(bounded)\(pager(next: next.map { address.after($0).path }, first: first))\(saveForm(shell))"
  }
}

extension CustomersAddress {
  /// The same list for another word looked for, from its beginning.
  func searching(_ search: String) -> CustomersAddress {
    var other = self
    other.search = search
    other.next = nil
    return other
  }
}
