import Dashboard
import Domain
import Engine
import Formats
import Hummingbird

/// Customers in lists: filtered, searched, saved as views and as files.
struct CustomersRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] {
    [
      PageRoute(.get, "/customers", .look, show),
      PageRoute(.get, "/customers.csv", .look, file),
      PageRoute(.post, "/views", .work, save),
      PageRoute(.post, "/views/{id}/delete", .work, delete),
    ]
  }

  private static let pageSize = 50
  /// A page costs no more than so many customers are worth.
  private static let examined = 5_000

  // MARK: The list

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    let address = CustomersAddress(query: request.query.pairs)
    let columns = ListColumns(blueprint: house.blueprint)
    let summary = try await house.inquiries.summary(at: nil)
    var page = CustomersPage(
      address: address, lines: [], hasCustomers: summary.customers > 0, choices: columns.choices,
      segments: house.blueprint.segments.map { .init(name: $0.name, title: $0.title ?? $0.name.replacing("_", with: " ")) },
      views: try await request.user.mapAsync { try await house.desk.views(for: $0) } ?? [], words: columns.words)
    switch Self.query(address, house.blueprint, limit: Self.pageSize) {
    case .failure(let mistake):
      page.errors = mistake.errors
      page.error = mistake.sentence
    case .success(let query):
      let found = try await house.inquiries.customers(query)
      let standings = try await house.inquiries.standings(of: found.items.map(\.id))
      page.lines = found.items.map { columns.line($0, mrr: standings[$0.id]?.mrr) }
      page.next = found.next
      page.examined = found.next != nil && found.items.count < Self.pageSize ? Self.examined : nil
    }
    return .html(
      page.html(request.shell(.customers, title: "Customers")), status: page.errors.isEmpty && page.error == nil ? .ok : .badRequest)
  }

  private struct Mistake: Error {
    var errors: [ExpressionError] = []
    var sentence: String?
  }

  private static func query(
    _ address: CustomersAddress, _ blueprint: Blueprint, limit: Int
  ) -> Result<Inquiries.CustomerQuery, Mistake> {
    var query = Inquiries.CustomerQuery(limit: limit, cursor: address.next, examined: examined)
    if !address.condition.isEmpty {
      let compiler = ExpressionCompiler(catalog: blueprint.catalog, segments: blueprint.segments, allowsScore: true)
      switch compiler.compile(address.condition, expecting: .boolean) {
      case .success(let formula): query.condition = formula
      case .failure(let errors): return .failure(Mistake(errors: errors.all))
      }
    }
    let word = address.sort.hasPrefix("-") ? String(address.sort.dropFirst()) : address.sort
    guard let sort = Inquiries.CustomerQuery.Sort(rawValue: word) else {
      let words = Inquiries.CustomerQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")
      return .failure(Mistake(sentence: "A list is sorted by \(words), not by “\(word.prefix(60))”."))
    }
    query.sort = sort
    query.descending = address.sort.hasPrefix("-")
    query.search = address.search.isEmpty ? nil : address.search
    return .success(query)
  }

  // MARK: Files

  /// All of the list, a page at a time as it is read. A page whose condition holds for few of very many ends before it is full, and may be
  /// empty: no read holds a connection of the database for long.
  @Sendable private func file(_ request: PageRequest) async throws -> PageAnswer {
    let address = CustomersAddress(query: request.query.pairs)
    let columns = ListColumns(blueprint: house.blueprint)
    guard case .success(var query) = Self.query(address, house.blueprint, limit: 1_000) else {
      return .redirect(to: address.path)
    }
    query.cursor = nil
    let (asked, inquiries) = (query, house.inquiries)
    let keys = ["id", "name"] + address.columns.filter { $0 != "id" && $0 != "name" }
    return .csv(named: "customers.csv") { writer in
      var query = asked
      try await writer.write(CSVText.line(keys))
      repeat {
        let page = try await inquiries.customers(query)
        query.cursor = page.next
        if page.items.isEmpty { continue }
        let standings = try await inquiries.standings(of: page.items.map(\.id))
        let lines = page.items.map { CSVText.line(columns.texts($0, mrr: standings[$0.id]?.mrr, keys)) }
        try await writer.write(lines.joined())
      } while query.cursor != nil
    }
  }

  // MARK: Views

  @Sendable private func save(_ request: PageRequest) async throws -> PageAnswer {
    let form = request.form
    let address = CustomersAddress(query: [("where", form.text("where")), ("sort", form.text("sort")), ("columns", form.text("columns"))])
    guard case .success = Self.query(address, house.blueprint, limit: 1) else {
      let page = request.refusal("A view needs a condition without errors.", canBeMended: true, or: address.path)
      return .html(page.html(request.shell(.customers, title: "")), status: .badRequest)
    }
    let view = SavedView(
      id: "", name: form.text("name"), owner: "", isShared: form["shared"] != nil, condition: address.condition, sort: address.sort,
      columns: address.columns)
    return try await request.act(or: address.path, done: "The view is saved.") {
      _ = try await house.desk.saveView(view, by: request.actor, user: request.user)
    }
  }

  @Sendable private func delete(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    return try await request.act(or: "/customers", done: "The view is deleted.") {
      try await house.desk.deleteView(id, by: request.actor, user: request.user)
    }
  }
}

extension Optional {
  fileprivate func mapAsync<T>(_ body: (Wrapped) async throws -> T) async rethrows -> T? {
    guard let self else { return nil }
    return try await body(self)
  }
}
