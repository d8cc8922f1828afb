import DatabaseKit
import Domain
import SQL
import Storage
import TestKit
import Testing

@Suite("A health model with names that are no names")
struct HostileModelTests {
  private static let names = [
    "it's", "a\"b", "x; DROP TABLE customer; --", "*/ /* -- ", "line\nbreak\r\nand\ttab", "back\\slash'",
    "'\u{301}; DROP TABLE customer; --", "\"\u{301}; DROP TABLE customer; --", "\\\u{301}'; DROP TABLE customer; --", "\u{1}",
    "\u{202E}turned", "Ünïcödé 🐟", "",
    " ", "customer_id", "CUSTOMER_ID", "total_health", "select", "$1", ":name", "a\0b", String(repeating: "long", count: 40),
    String(repeating: "long", count: 40) + "er", String(repeating: "é", count: 70),
  ]

  private static func number(_ name: String) -> Formula {
    Formula(source: "count(\"\(name)\") */ -- \n; DROP TABLE customer", type: .number, term: .signal(.count(.named(name), days: nil)))
  }

  /// Every name as a pillar's, a measure's, a segment's, a cap's, an event's, an attribute's, a text's.
  private static let blueprint: Blueprint = {
    let each = PointsRule.each(start: 0, each: 1, bonus: 0, bonusWhen: nil)
    var pillars: [Pillar] = []
    for (index, name) in names.enumerated() {
      let attribute = Term.signal(.attribute("key\(index)", .text))
      let found = Term.or(.contains(attribute, .literal(.text(name))), .oneOf(attribute, [.text(name)]))
      let text = Measure(
        name: "text \(name)", title: name, signal: Formula(source: name, type: .text, term: attribute),
        rule: .values([.init(value: .text(name), points: 2)], otherwise: 1), max: 2)
      let event = Measure(name: name, title: name, signal: number(name), rule: each, max: 2)
      let condition = Measure(
        name: "found \(name)", title: name, signal: Formula(source: name, type: .boolean, term: found),
        rule: .values([.init(value: .boolean(true), points: 1)], otherwise: 0), max: 1)
      pillars.append(Pillar(name: name, max: 5, measures: [event, text, condition]))
    }
    let isOther = Formula(source: "id == \"k3\"", type: .boolean, term: .compare(.equal, .signal(.customerID), .literal(.text("k3"))))
    let variants = names.map { Variant(segment: Segment(name: $0, condition: isOther), pillars: Array(pillars.reversed())) }
    let caps = names.enumerated().map { Cap(name: $1, limit: 20 - $0, when: isOther, reason: $1) }
    let catalog = Catalog(
      events: names.map { EventDeclaration(key: $0, name: $0) },
      features: names.map { FeatureDeclaration(key: $0, title: $0, event: $0, isCore: true) },
      goals: [GoalDeclaration(key: "'", title: "'", reached: .event("it's"))],
      attributes: names.enumerated().map { AttributeDeclaration(key: "key\($0)", trait: $1, type: .text) })
    let extra = Measure(
      name: "features", title: "", signal: Formula(source: "features()", type: .number, term: .signal(.features(core: true, within: nil))),
      rule: each, max: 30)
    let goal = Measure(
      name: "goal", title: "", signal: Formula(source: "goal(')", type: .boolean, term: .signal(.goal("'"))),
      rule: .values([.init(value: .boolean(true), points: 3)], otherwise: 0), max: 3)
    let model = HealthModel(
      pillars: pillars + [Pillar(name: "value", max: 33, measures: [extra, goal])], variants: variants, caps: caps,
      version: "v'\n*/; DROP TABLE customer")
    return Blueprint(company: "Bobby '); DROP TABLE customer;--\n", catalog: catalog, model: model, version: "v")
  }()

  @Test("scores every customer the same in SQL, and leaves the tables alone")
  func agrees() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        for (index, stored) in Self.names.enumerated() {
          var state = CustomerState(id: "k\(index)", firstSeen: RandomLog.start, firstHeard: RandomLog.start)
          let isStorable = !stored.contains("\0")
          if isStorable { state.attributes.merge([JSON.Member(stored, .string("\(stored) and more"))], version: .epoch) }
          if isStorable, index % 2 == 0 { state.attributes.merge([JSON.Member(stored, .string(stored))], version: .epoch + .days(1)) }
          state.attributes.merge([JSON.Member(Self.names[0], .string("more of it's"))], version: .epoch + .days(2))
          try RecordQueries.save([StoredCustomer(state: state, isNamed: true, health: nil)], at: state.startedAt, connection)
          guard isStorable else { continue }
          let event = try UsageQueries.number(of: stored, connection)
          let key = UsageKey(customer: state.id, actor: "u", isPinned: false, event: event, day: RandomLog.start.day)
          try UsageQueries.add([key: EventUsage(total: 1, first: RandomLog.start, last: RandomLog.start)], connection)
        }
      }
      let outcome = try await ModelComparison(database: database).differences(Self.blueprint, at: [RandomLog.start + .days(3)])
      #expect(outcome.compared == Self.names.count)
      #expect(outcome.differences.isEmpty, "\(outcome.differences.prefix(3).joined(separator: "\n"))")
      let view = try await database.write { connection in
        let view = HealthView(ModelSQL(blueprint: Self.blueprint, dialect: connection.dialect))
        for statement in view.replacement { try connection.execute(statement) }
        return try connection.first("SELECT COUNT(*) FROM \(HealthView.name)") { $0.int(0) }
      }
      #expect(view == Self.names.count)
    }
  }

  /// The deepest and the longest expressions that the language takes, of each operator.
  private static func extremes() -> [String] {
    let depth = ExpressionLimits.nesting - 4
    func nested(_ open: String, _ inner: String, _ close: String) -> String {
      String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
    }
    func chain(_ part: String, _ sign: String) -> String {
      Array(repeating: part, count: (ExpressionLimits.sourceLength - 20) / (part.count + sign.count + 2)).joined(separator: " \(sign) ")
    }
    let alternating = (0..<depth / 4).reduce("trial") { inner, number in
      number % 2 == 0 ? "(staff > \(number) and (nps is missing or \(inner)))" : "(open_tickets < \(number) or not (\(inner)))"
    }
    return [
      nested("not ", "trial", "") + " == true", nested("(1 + ", "staff", ")") + " > 100", nested("(staff * ", "0.5", ")") + " < 3",
      nested("(100 / ", "staff", ")") + " >= 1", nested("-", "staff", "") + " < 0", nested("(tenure - ", "age(login)", ")") + " > 1d",
      nested("(age(report) + ", "until_renewal", ")") + " > 1d", nested("(", "trial", " == true)"), alternating,
      chain("trial", "or"), chain("goal(busy)", "and"), "(region contains \"e\") is present",
      String(repeating: "(staff + ", count: 30) + "seats_used(20d)" + String(repeating: " * mrr)", count: 30) + " > nps",
    ]
  }

  @Test("takes the deepest and the longest expressions there are, in the query and in the view")
  func extremes() async throws {
    let conditions = Self.extremes().map { RandomModel.formula($0) }
    let measures = conditions.enumerated().map { index, formula in
      Measure(
        name: "m\(index)", title: "", signal: formula, rule: .values([.init(value: .boolean(true), points: 2)], otherwise: 1), max: 2)
    }
    let pillars = [Pillar(name: "all", max: 2 * measures.count, measures: measures)]
    let variant = Variant(segment: Segment(name: "deep", condition: conditions[8]), pillars: pillars.reversed())
    let caps = conditions.enumerated().map { Cap(name: "c\($0)", limit: 10 + $0, when: $1, reason: "") }
    let blueprint = Blueprint(
      company: "", catalog: RandomModel.catalog,
      model: HealthModel(pillars: pillars, variants: [variant], caps: caps, version: "deep"), version: "deep")
    try await withTemporaryDatabase { database in
      let instants = try await database.write { connection in
        var records = WildRecords(seed: 1)
        try records.store(40, connection)
        let view = HealthView(ModelSQL(blueprint: blueprint, dialect: connection.dialect))
        for statement in view.replacement { try connection.execute(statement) }
        return records.instants
      }
      let outcome = try await ModelComparison(database: database).differences(blueprint, at: Array(instants.sorted().suffix(2)))
      #expect(outcome.compared == 80)
      #expect(outcome.differences.isEmpty, "\(outcome.differences.prefix(3).joined(separator: "\n"))")
      let count = try await database.read { try $0.first("SELECT COUNT(total_health_score) FROM \(HealthView.name)") { $0.int(0) } }
      #expect(count == 40)
    }
  }

  @Test("takes every signal and formula of the language in the view")
  func everything() async throws {
    let measures = RandomModel.formulas.enumerated().map { index, formula in
      Measure(name: "m\(index)", title: "", signal: formula, rule: .values([], otherwise: 1), max: 1)
    }
    let blueprint = Blueprint(
      company: "", catalog: RandomModel.catalog,
      model: HealthModel(pillars: [Pillar(name: "all", max: measures.count, measures: measures)], version: "all"), version: "all")
    try await withTemporaryDatabase { database in
      let count = try await database.write { connection in
        var records = WildRecords(seed: 2)
        try records.store(20, connection)
        let view = HealthView(ModelSQL(blueprint: blueprint, dialect: connection.dialect))
        for statement in view.replacement { try connection.execute(statement) }
        return try connection.first("SELECT COUNT(total_health_score) FROM \(HealthView.name)") { $0.int(0) }
      }
      #expect(count == 20)
    }
  }

  @Test("gives each column a name of its own, no longer than databases take", arguments: Dialect.allCases)
  func columns(dialect: Dialect) {
    let names = ModelSQL(blueprint: Self.blueprint, dialect: dialect).columns.map(\.name)
    #expect(Set(names.map { $0.lowercased() }).count == names.count)
    for name in names {
      let bare =
        name.hasPrefix("\"")
        ? String(name.dropFirst().dropLast()).unicodeScalars.split(separator: "\"", omittingEmptySubsequences: true).map(String.init)
          .joined() : name
      #expect((1...63).contains(bare.utf8.count), "\(name)")
    }
  }

  @Test("says nothing but what the model means: names and sources stand in quotes and comments", arguments: Dialect.allCases)
  func quoting(dialect: Dialect) {
    let model = ModelSQL(blueprint: Self.blueprint, dialect: dialect)
    for sql in [model.select(at: .instant(RandomLog.start)), HealthView(model).script] {
      let code = Self.code(of: sql, dialect)
      #expect(code.contains("FROM customer"))
      // What the replacement of the view itself drops is the view.
      for statement in code.split(separator: "DROP ").dropFirst() {
        #expect(statement.hasPrefix("VIEW IF EXISTS ") || statement.hasPrefix("MATERIALIZED VIEW IF EXISTS "), "\(statement.prefix(80))")
      }
      #expect(!sql.utf8.contains(0))
    }
  }

  /// The SQL without comments, and with empty quotes.
  private static func code(of sql: String, _ dialect: Dialect) -> String {
    var code = ""
    var rest = Array(sql.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "'", "\"":
        let escapes = dialect == .postgres && code.hasSuffix("E")
        while let inside = rest.popFirst(), inside != scalar { if escapes, inside == "\\" { _ = rest.popFirst() } }
        code.unicodeScalars.append(scalar)
      case "-" where rest.first == "-":
        while let inside = rest.first, inside != "\n", inside != "\r" { rest = rest.dropFirst() }
      case "/" where rest.first == "*":
        while !rest.isEmpty, !rest.starts(with: ["*", "/"]) { rest = rest.dropFirst() }
      default: code.unicodeScalars.append(scalar)
      }
    }
    return code
  }
}
