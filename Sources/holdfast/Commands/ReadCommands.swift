import ArgumentParser
import Domain
import Engine
import Foundation
import Server

struct CustomersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "customers", abstract: "List customers with their scores.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv }

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Option(name: .customLong("where"), help: "A condition, like 'plan == \"enterprise\" and age(login) > 14d'.") var condition: String?
  @Option(
    parsing: .unconditional,
    help: "\(Inquiries.CustomerQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")); with - before it, descending.")
  var sort = "score"
  @Option(help: "At most so many [all].") var limit: Int?
  @Option(help: "As of this time (ISO 8601).") var at: InstantArgument?
  @Option(help: "table, json or csv.") var format = Format.table

  func validate() throws {
    guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit must be at least 1") }
    _ = try parsedSort()
  }

  private func parsedSort() throws -> (Inquiries.CustomerQuery.Sort, Bool) {
    let descending = sort.hasPrefix("-")
    guard let parsed = Inquiries.CustomerQuery.Sort(rawValue: descending ? String(sort.dropFirst()) : sort) else {
      throw ValidationError("--sort takes \(Inquiries.CustomerQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")), not “\(sort)”")
    }
    return (parsed, descending)
  }

  func run() async throws {
    try await House.with(database, config) { house in
      let formula = try condition.map { try Conditions.compile($0, house.current.blueprint) }
      try await house.catchUp()
      let (sort, descending) = try parsedSort()
      let page = try await house.inquiries.customers(
        .init(condition: formula, sort: sort, descending: descending, limit: limit ?? .max, at: at?.instant))
      let customers = page.items
      print(text(customers))
      if format == .table {
        Terminal.note("\(customers.count) customer\(customers.count == 1 ? "" : "s")\(page.next == nil ? "" : ", and more: see --limit")")
      }
    }
  }

  private func text(_ customers: [CustomerSummary]) -> String {
    switch format {
    case .json: return customersJSON(Page(items: customers, next: nil)).printed()
    case .csv:
      let names = Set(customers.flatMap { $0.attributes.map(\.name) }).subtracting(["name"]).sorted()
      let rows = customers.map { customer in
        [
          customer.id, customer.name ?? "", customer.journey.rawValue, customer.health.map { "\($0.score)" } ?? "",
          customer.health?.band.rawValue ?? "", customer.startedAt.iso8601, customer.health?.nextChangeAt?.iso8601 ?? "",
        ] + names.map { name in customer.attributes.first { $0.name == name }.map { JSON.text(for: $0.value) ?? $0.value.printed() } ?? "" }
      }
      let header = ["id", "name", "journey", "score", "band", "started_at", "next_change_at"] + names
      return ([header] + rows).map { $0.map(CSVCell.quoted).joined(separator: ",") }.joined(separator: "\n")
    case .table:
      let rows = customers.map { customer in
        [
          customer.id, customer.name ?? "", customer.health.map { "\($0.score)" } ?? "–", customer.health?.band.rawValue ?? "–",
          customer.journey.rawValue, customer.health?.nextChangeAt.map { $0.iso8601 } ?? "–",
        ]
      }
      return Terminal.table(["CUSTOMER", "NAME", "SCORE", "BAND", "JOURNEY", "NEXT CHANGE"], rows, right: [2])
    }
  }
}

enum CSVCell {
  static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

enum Conditions {
  /// - Throws: `Refusal` that shows the place of every error below the expression.
  static func compile(_ source: String, _ blueprint: Blueprint) throws -> Formula {
    let compiler = ExpressionCompiler(catalog: blueprint.catalog, segments: blueprint.segments, allowsScore: true)
    switch compiler.compile(source, expecting: .boolean) {
    case .success(let formula): return formula
    case .failure(let errors):
      let lines = errors.all.map { error in
        let marker = String(repeating: " ", count: error.range.lowerBound) + String(repeating: "^", count: max(1, error.range.count))
        return "  \(source)\n  \(marker) \(error.message)\(error.suggestion.map { "; did you mean “\($0)”?" } ?? "")"
      }
      throw Refusal("the condition cannot be read:\n" + lines.joined(separator: "\n"))
    }
  }
}

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "explain", abstract: "Tell why a customer's score is what it is.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Argument(help: "The customer's id.") var id: String
  @Option(help: "As of this time (ISO 8601).") var at: InstantArgument?
  @Option(help: "text or json.") var format = Format.text

  func run() async throws {
    try await House.with(database, config) { house in
      try await house.catchUp()
      guard let report = try await house.inquiries.explanation(of: id, at: at?.instant) else {
        throw Refusal("there is no customer “\(id)”\(at == nil ? "" : " at that time")")
      }
      print(format == .json ? explanationJSON(report).printed() : ExplanationText(report, now: at?.instant ?? house.time.now()).text)
    }
  }
}

struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "The company in numbers: bands, average, movers of the last seven days.")

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Option(help: "As of this time (ISO 8601).") var at: InstantArgument?
  @Option(help: "text or json.") var format = ExplainCommand.Format.text

  func run() async throws {
    try await House.with(database, config) { house in
      try await house.catchUp()
      let summary = try await house.inquiries.summary(at: at?.instant)
      print(format == .json ? summaryJSON(summary).printed() : Self.text(summary))
    }
  }

  private static func text(_ summary: HealthSummary) -> String {
    let average = summary.average.map { String(format: "%.1f", $0) } ?? "–"
    var lines = ["\(summary.customers) customers at \(summary.at.iso8601), average score \(average)", ""]
    for band in Band.allCases.reversed() {
      let count = summary.bands[band] ?? 0
      let share = summary.customers > 0 ? Double(count) / Double(summary.customers) : 0
      let bar = String(repeating: "█", count: Int((share * 40).rounded()))
      lines.append(
        "  \(band.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0))\(String(format: "%7d  %5.1f %%", count, share * 100))  \(bar)"
      )
    }
    guard !summary.movers.isEmpty else { return lines.joined(separator: "\n") }
    lines += ["", "Movers of the last seven days"]
    let rows = summary.movers.map { mover in
      [
        mover.to < mover.from ? "  ↓" : "  ↑", mover.id, mover.name ?? "", "\(mover.from) → \(mover.to)",
        String(format: "%+d", mover.to - mover.from),
      ]
    }
    lines.append(Terminal.table(["   ", "CUSTOMER", "NAME", "SCORE", "CHANGE"], rows, right: [4]))
    return lines.joined(separator: "\n")
  }
}
