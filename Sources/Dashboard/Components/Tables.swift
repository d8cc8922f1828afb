import Domain

/// A column of a table.
struct Column {
  enum Kind: String {
    case text, number
    /// On a phone it takes a line of its own.
    case long
    /// A word that is never broken.
    case word
  }

  /// Which way a list is sorted by this column, and where the other way is.
  struct Sort {
    enum Direction: String { case ascending, descending }

    /// Ready-made address of the list sorted by this column.
    var path: String
    /// `nil`: sorted by another column.
    var direction: Direction?

    init(path: String, direction: Direction? = nil) {
      self.path = path
      self.direction = direction
    }
  }

  var title: String
  var kind: Kind
  var sort: Sort?

  init(_ title: String, _ kind: Kind = .text, sort: Sort? = nil) {
    self.title = title
    self.kind = kind
    self.sort = sort
  }
}

/// Rows under heads; on a phone each row becomes a block whose cells say their column.
/// - Parameters:
///   - caption: what the table holds; seen only where `showsCaption`, else read out.
///   - isList: its rows can be walked with `j` and `k` and opened with Enter (the first link of the row).
func table(caption: String, showsCaption: Bool = false, head: [Column], rows: [[HTML]], isList: Bool = false) -> HTML {
  let heads = head.html { column in
    let direction: HTML? = column.sort?.direction.map { " aria-sort=\"\($0.rawValue)\"" }
    return "<th scope=\"col\"\(column.cellClass)\(direction)>\(column.headText)</th>"
  }
  let body = rows.html { row in
    let cells = zip(head, row).html { column, cell in "<td\(column.cellClass) data-label=\"\(column.title)\">\(cell)</td>" }
    return "<tr>\(cells)</tr>"
  }
  let captionClass: HTML? = showsCaption ? nil : " class=\"unseen\""
  let list: HTML? = isList ? " data-list" : nil
  return """
    <table class="table"><caption\(captionClass)>\(caption)</caption><thead><tr>\(heads)</tr></thead>\
    <tbody\(list)>\(body)</tbody></table>
    """
}

extension Column {
  fileprivate var cellClass: HTML { kind == .text ? .empty : " class=\"\(kind.rawValue)\"" }

  fileprivate var headText: HTML {
    guard let sort else { return .text(title) }
    let arrow: HTML? = sort.direction.map { "<span aria-hidden=\"true\">\($0 == .ascending ? " ▲" : " ▼")</span>" }
    return "<a href=\"\(sort.path)\">\(title)\(arrow)</a>"
  }
}

/// Leads to the rest of a list; nothing where this is its end and its beginning.
/// - Parameters:
///   - next: ready-made address of the next page.
///   - first: ready-made address of the first page, on all others.
func pager(next: String?, first: String? = nil) -> HTML {
  if next == nil, first == nil { return .empty }
  let back: HTML? = first.map { "<a class=\"button plain\" href=\"\($0)\">First page</a>" }
  let on: HTML? = next.map { "<a class=\"button plain\" rel=\"next\" href=\"\($0)\">Next page</a>" }
  return "<nav class=\"pager\" aria-label=\"Pages\">\(back)\(on)</nav>"
}
