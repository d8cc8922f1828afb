import Domain
import Testing

@testable import Dashboard

@Suite("The list of customers") struct CustomersPageTests {
  @Test("An address says everything that is asked for, and is read back the same")
  func address() throws {
    let asked = CustomersAddress(
      condition: "plan == \"a&b\" and mrr > 10", search: "gl=o", sort: "-mrr", columns: ["score", "plan"], next: "x/1")
    #expect(
      asked.path
        == "/customers?where=plan%20%3D%3D%20%22a%26b%22%20and%20mrr%20%3E%2010&q=gl%3Do&sort=-mrr&columns=score%2Cplan&next=x%2F1")
    let query = asked.path.split(separator: "?")[1].split(separator: "&").map { item -> (name: String, value: String) in
      let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
      return (parts[0], Self.decoded(parts[1]))
    }
    #expect(CustomersAddress(query: query) == asked)
    #expect(CustomersAddress().path == "/customers")
    #expect(asked.csvPath.hasPrefix("/customers.csv?where=") && !asked.csvPath.contains("next="))
  }

  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("Columns come with commas or in several items; more than fit are left out, nothing is shown twice")
  func columns() {
    #expect(
      CustomersAddress(query: [("columns", "score,plan"), ("columns", " plan "), ("columns", ",mrr")]).columns == ["score", "plan", "mrr"])
    let many = (1...30).map { (name: "columns", value: "c\($0)") }
    #expect(CustomersAddress(query: many).columns.count == CustomersAddress.mostColumns)
    #expect(CustomersAddress(query: [("columns", "")]).columns == CustomersAddress.usualColumns)
  }

  @Test("The head says which way the list is sorted, and a click turns it round")
  func sorting() throws {
    let page = CustomersPage(
      address: CustomersAddress(sort: "-mrr", columns: ["mrr", "owner"]),
      lines: [.init(customer: .init(id: "a", name: "Acme", score: 50, band: .atRisk), cells: ["mrr": .number(5)])])
    let heads = Markup(page.html(PageSamples().shell(.customers))).all("th")
    #expect(heads.map { $0["aria-sort"] } == [nil, "descending", nil])
    let links = Markup(page.html(PageSamples().shell(.customers))).all("a").filter { $0.path.contains("th") }
    #expect(links.map { $0["href"] } == ["/customers?sort=name&columns=mrr%2Cowner", "/customers?sort=mrr&columns=mrr%2Cowner"])
  }

  @Test("A mistake is shown in place, with what to write instead, and the field says it in words")
  func mistakes() throws {
    let markup = Markup(PageSamples().customersWrong.html(PageSamples().shell(.customers)))
    let lines = try #require(markup.all("pre").first).text.split(separator: "\n", omittingEmptySubsequences: true)
    #expect(lines.first == "plna == \"team\" and open_tickets >")
    #expect(lines[1] == "^^^^ there is no name “plna” · did you mean plan?")
    #expect(lines[3] == "\(String(repeating: " ", count: 33))^ a value is missing after >")
    let field = try #require(markup.with(id: "where"))
    #expect(field["aria-invalid"] == "true")
    #expect(field["value"] == "plna == \"team\" and open_tickets >")
    #expect(markup.with(id: "where-error")?.text.contains("Character 1: there is no name “plna”. Did you mean plan?") == true)
    #expect(markup.all("table").isEmpty)
  }

  @Test("Of a long condition only the surroundings of a mistake are shown")
  func longCondition() throws {
    let source = "a == 1\nb == \"" + String(repeating: "é", count: 500) + "\" and wrong == 2"
    let start = source.unicodeScalars.count - 10
    let errors = ConditionErrors(source: source, errors: [.init(range: start..<start + 5, message: "no")])
    let lines = Markup(errors.html).all("pre")[0].text.split(separator: "\n")
    #expect(lines[0].hasPrefix("…é") && lines[0].hasSuffix("and wrong == 2"))
    let caret = try #require(lines[1].firstIndex(of: "^"))
    let offset = lines[1].distance(from: lines[1].startIndex, to: caret)
    #expect(lines[0].dropFirst(offset).hasPrefix("wrong"))
    #expect(lines[1].contains("^^^^^ no"))
  }

  @Test("A mistake outside of the text does no harm")
  func outside() {
    let errors = ConditionErrors(source: "a", errors: [.init(range: 7..<9, message: "no"), .init(range: -3..<0, message: "nor")])
    #expect(Markup(errors.html).all("pre")[0].text.contains("^ no"))
  }

  @Test("A page that was bounded says so and leads on")
  func bounded() {
    let page = CustomersPage(address: CustomersAddress(condition: "mrr > 5"), lines: [], next: "c", examined: 5_000)
    let markup = Markup(page.html(PageSamples().shell(.customers)))
    #expect(markup.with(class: "hint").contains { $0.text.hasPrefix("5\u{202f}000 customers were looked at") })
    #expect(markup.all("a").contains { $0["rel"] == "next" && $0["href"] == "/customers?where=mrr%20%3E%205&next=c" })
  }

  @Test("A saved view is marked where it is looked at, and deleted only by whose it is")
  func views() {
    let markup = Markup(PageSamples().customers.html(PageSamples().shell(.customers)))
    let deletes = markup.all("form").compactMap { $0["action"] }.filter { $0.hasSuffix("/delete") }
    #expect(deletes == ["/views/v-1/delete"])
    let view = SavedView(id: "v", name: "X", owner: "ann@example.com", isShared: false, condition: "mrr > 5", sort: "", columns: [])
    let page = CustomersPage(address: CustomersAddress(condition: "mrr > 5", next: "c"), lines: [], views: [view])
    let current = Markup(page.html(PageSamples().shell(.customers))).all("a").filter { $0["aria-current"] == "true" }
    #expect(current.map(\.text) == ["X"])
  }
}
