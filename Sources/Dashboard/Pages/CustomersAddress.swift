import Domain

/// What the list of customers is asked for, as its address says it: `/customers?where=…&q=…&sort=-mrr&columns=owner,mrr&next=…`.
public struct CustomersAddress: Hashable, Sendable {
  /// Shown where nothing else is asked for.
  public static let usualColumns = ["score", "journey", "owner", "mrr", "started"]
  /// More columns than this are not shown.
  public static let mostColumns = 12

  /// In the expression language, as it was typed; empty: all.
  public var condition: String
  /// A part of a name or an id; empty: all.
  public var search: String
  /// "score", "-mrr" (highest first).
  public var sort: String
  public var columns: [String]
  /// Where the page before ended.
  public var next: String?

  public init(
    condition: String = "", search: String = "", sort: String = "score", columns: [String] = Self.usualColumns, next: String? = nil
  ) {
    self.condition = condition
    self.search = search
    self.sort = sort
    self.columns = columns
    self.next = next
  }

  /// Reads an address's query. Columns come in one item with commas or, from a form, in several; what is unknown is passed over, and each
  /// part is bounded.
  public init(query: [(name: String, value: String)]) {
    func first(_ name: String, _ limit: Int) -> String {
      query.first { $0.name == name }.map { String($0.value.unicodeScalars.prefix(limit)) } ?? ""
    }
    condition = first("where", ExpressionLimits.sourceLength + 1).trimmingSpaces
    search = first("q", 200).trimmingSpaces
    let order = first("sort", 65)
    sort = order.isEmpty ? "score" : order
    let next = first("next", 2_000)
    self.next = next.isEmpty ? nil : next
    var named: [String] = []
    for item in query where item.name == "columns" {
      for part in item.value.split(separator: ",") {
        let name = String(part).trimmingSpaces
        if !name.isEmpty, name.unicodeScalars.count <= 100, !named.contains(name), named.count < Self.mostColumns { named.append(name) }
      }
    }
    columns = named.isEmpty ? Self.usualColumns : named
  }

  /// The address of the page.
  public var path: String { address("/customers", items) }

  /// The address of all of it, not of one page, as CSV.
  public var csvPath: String {
    var all = self
    all.next = nil
    return address("/customers.csv", all.items)
  }

  private var items: [(name: String, value: String?)] {
    [
      ("where", condition), ("q", search), ("sort", sort == "score" ? nil : sort),
      ("columns", columns == Self.usualColumns ? nil : columns.joined(separator: ",")), ("next", next),
    ]
  }

  /// The same list under another condition, from its beginning.
  func under(_ condition: String) -> CustomersAddress {
    var other = self
    other.condition = condition
    other.next = nil
    return other
  }

  /// The same list in another order, from its beginning.
  func sorted(_ sort: String) -> CustomersAddress {
    var other = self
    other.sort = sort
    other.next = nil
    return other
  }

  /// The same list going on after a page.
  func after(_ next: String?) -> CustomersAddress {
    var other = self
    other.next = next
    return other
  }
}

extension String {
  /// Without blanks at its ends.
  fileprivate var trimmingSpaces: String {
    let letters = unicodeScalars.drop { $0.properties.isWhitespace }
    guard let last = letters.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    return String(letters[...last])
  }
}
