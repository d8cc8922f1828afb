import Dashboard
import Domain
import Engine

/// What can stand in a column of a list of customers, and what stands there.
struct ListColumns: Sendable {
  let blueprint: Blueprint

  var choices: [CustomersPage.Choice] {
    let usual = CustomersPage.Choice.usual
    let taken = Set(usual.map(\.key)).union(["name"])
    return usual
      + blueprint.catalog.attributes.filter { !taken.contains($0.key) && $0.trait != blueprint.ownerAttribute }.map {
        CustomersPage.Choice(key: $0.key, title: Self.title(of: $0.key), isNumber: $0.type == .number)
      }
  }

  func line(_ customer: CustomerSummary, mrr: Double?) -> CustomersPage.Line {
    let line = CustomerLine(id: customer.id, name: customer.name, score: customer.health?.score, band: customer.health?.band)
    return CustomersPage.Line(
      customer: line, cells: Dictionary(uniqueKeysWithValues: choices.map { ($0.key, cell($0.key, customer, mrr: mrr)) }))
  }

  private func cell(_ key: String, _ customer: CustomerSummary, mrr: Double?) -> CustomersPage.Cell {
    switch key {
    case "score": customer.health.map { .number(Double($0.score)) } ?? .missing
    case "id": .text(customer.id)
    case "journey": .text(customer.journey.rawValue)
    case "owner": attribute(blueprint.ownerAttribute, of: customer)
    case "mrr": mrr.map { .number($0) } ?? .missing
    case "started": customer.startedAt < .distantFuture ? .instant(customer.startedAt) : .missing
    default: attribute(blueprint.catalog.attributes.first { $0.key == key }?.trait ?? key, of: customer)
    }
  }

  private func attribute(_ trait: String, of customer: CustomerSummary) -> CustomersPage.Cell {
    customer.attributes.first { $0.name == trait }.map { .json($0.value) } ?? .missing
  }

  /// The same as texts, for a file.
  func texts(_ customer: CustomerSummary, mrr: Double?, _ keys: [String]) -> [String] {
    keys.map { key in
      if key == "name" { return customer.name ?? "" }
      switch cell(key, customer, mrr: mrr) {
      case .text(let text): return text
      case .number(let number): return JSON.number(number).printed()
      case .instant(let instant): return instant.iso8601
      case .json(let json): return json.string ?? json.printed()
      case .missing: return ""
      }
    }
  }

  /// Every word that a condition can use, with what it is.
  var words: [CustomersPage.Word] {
    var words = Builtins.vocabulary.map { CustomersPage.Word(name: $0.word, about: $0.about) }
    words += blueprint.catalog.attributes.map { .init(name: $0.key, about: $0.type.rawValue) }
    words += blueprint.catalog.features.map { .init(name: $0.key, about: "feature") }
    words += blueprint.catalog.events.map { .init(name: $0.key, about: "event") }
    words += blueprint.catalog.goals.map { .init(name: $0.key, about: "goal") }
    words += blueprint.segments.map { .init(name: $0.name, about: "segment") }
    var seen: Set<String> = []
    return words.filter { seen.insert($0.name).inserted }.prefix(400).map(\.self)
  }

  private static func title(of key: String) -> String {
    let words = key.replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
