import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

/// A company of some forty customers and random conditions about it.
private struct ListCase {
  var random: SplitMix64
  var model: RandomModel
  var entries: [LogEntry]

  init(seed: UInt64) {
    random = SplitMix64(seed: seed, stream: 7)
    model = RandomModel(seed: seed)
    var log = RandomLog(seed: seed)
    entries = log.entries(100, over: .days(50))
    for number in 0..<40 {
      let at = RandomLog.start + random.span(upTo: .days(50))
      let id = "customer-\(random.below(1_000))"
      if random.chance(0.6) { entries.append(Entry.event(random.pick(["Signed In", "Report Created"]), of: id, at: at)) }
      var attributes = [JSON.Member("plan", .string(random.pick(["pro", "free"])))]
      if random.chance(0.7) { attributes.append(JSON.Member("name", .string(random.pick(["Äpfel", "acme", "ACME", "zoo", "Zoo", ""])))) }
      if random.chance(0.5) { attributes.append(JSON.Member("mrr", .integer(Int64(random.below(4) * 100)))) }
      let fact = Fact.customer(attributes: attributes)
      entries.append(
        LogEntry(messageID: "list-\(number)", at: at, version: at, receivedAt: at, actor: Actor(customer: id), fact: fact))
    }
  }

  mutating func condition() -> String {
    switch random.below(6) {
    case 0: "band == \"\(random.pick(Band.allCases).rawValue)\""
    case 1: "score \(random.pick(["<", "<=", ">", ">=", "==", "!="])) \(random.below(101))"
    case 2: "score < \(random.below(60)) or band == \"healthy\" and \(model.condition())"
    case 3: "band in [\"critical\", \"at-risk\"] and \(model.condition())"
    default: model.condition()
    }
  }
}

@Suite("Lists of customers")
struct CustomerListTests {
  private static func compile(_ source: String, _ blueprint: Blueprint) throws -> Formula {
    let compiler = ExpressionCompiler(catalog: blueprint.catalog, segments: RandomModel.segments, allowsScore: true)
    return try compiler.compile(source, expecting: .boolean).get()
  }

  /// Every customer for whom the condition holds, with all that is stored read whole, sorted in memory.
  private static func plain(_ query: Inquiries.CustomerQuery, _ house: House) async throws -> [String] {
    let (blueprint, now) = (house.current.blueprint, house.clock.now())
    let all = try await house.database.read { connection in
      let scope = blueprint.scope(today: now.day, extra: query.condition.map { [$0] } ?? [])
      return try CustomerWalk.page(after: .start, limit: 10_000, scope: scope, connection).customers
    }
    let evaluator = blueprint.evaluator
    let held = all.filter { customer in
      query.condition.map { evaluator.holds($0, for: customer.state, at: now, health: customer.health) } ?? true
    }
    let keyed = held.map { customer -> (number: Double, text: String, id: String) in
      let keys = ListKeys(of: customer.state, at: now)
      return switch query.sort {
      case .score: (Double(customer.health?.score ?? -1), "", customer.state.id)
      case .name: (0, customer.state.name?.lowercased() ?? "", customer.state.id)
      case .id: (0, customer.state.id, customer.state.id)
      case .started: (Double(customer.state.startedAt.microseconds), "", customer.state.id)
      case .mrr: (keys.mrr, "", customer.state.id)
      }
    }
    let sorted = keyed.sorted { a, b in
      if a.number != b.number { return a.number < b.number }
      return a.text == b.text ? a.id.precedesInBytes(b.id) : a.text.precedesInBytes(b.text)
    }
    return (query.descending ? sorted.reversed() : sorted).map(\.id)
  }

  /// All pages, one after the other.
  private static func pages(_ query: Inquiries.CustomerQuery, _ house: House) async throws -> [[String]] {
    var query = query
    var pages: [[String]] = []
    repeat {
      let page = try await house.inquiries.customers(query)
      pages.append(page.items.map(\.id))
      query.cursor = page.next
    } while query.cursor != nil && pages.count < 1_000
    return pages
  }

  @Test("page by page hold whom the condition holds for, in order, whatever the order, the length of a page and the bound on the search")
  func pages() async throws {
    for seed in 0..<cases(6) {
      var company = ListCase(seed: seed)
      let blueprint = company.model.blueprint()
      try await withHouse(blueprint, now: RandomLog.start + .days(50)) { house in
        try await house.take(company.entries)
        for sort in Inquiries.CustomerQuery.Sort.allCases {
          for descending in [false, true] {
            let source = company.random.chance(0.2) ? nil : company.condition()
            var query = Inquiries.CustomerQuery(
              condition: try source.map { try Self.compile($0, blueprint) }, sort: sort, descending: descending,
              limit: company.random.whole(in: 1...20))
            let all = try await Self.plain(query, house)
            let told = "seed \(seed), \(source ?? "all") by \(descending ? "-" : "")\(sort), \(query.limit) a page"
            let pages = try await Self.pages(query, house)
            #expect(pages.flatMap(\.self) == all, "\(told)")
            #expect(pages.dropLast().allSatisfy { $0.count == query.limit }, "only the last page is not full: \(told)")
            query.examined = company.random.whole(in: 1...30)
            let bounded = try await Self.pages(query, house)
            #expect(bounded.flatMap(\.self) == all, "\(query.examined) examined a page: \(told)")
          }
        }
      }
    }
  }

  @Test("find a customer by the revenue it has now, also where time alone has begun or ended its subscription")
  func revenueByTime() async throws {
    let start = RandomLog.start
    try await withHouse { house in
      for (id, begins) in [("early", start), ("late", start + .days(10))] {
        let record = SubscriptionRecord(id: id, mrr: id == "late" ? 900 : 100, status: "active", startedAt: begins)
        try await house.take([
          Entry.event(of: id, at: start),
          LogEntry(
            messageID: id, at: start, version: start, receivedAt: start, actor: Actor(customer: id), fact: .subscription(record)),
        ])
      }
      let byRevenue = Inquiries.CustomerQuery(sort: .mrr, descending: true, limit: 2)
      #expect(try await Self.pages(byRevenue, house) == [["early", "late"]])
      // No measure of the model asks for the revenue.
      try await house.pass(.days(11))
      _ = try await DailyBatch(fold: house.fold).run()
      #expect(try await Self.pages(byRevenue, house) == [["late", "early"]])
    }
  }

  @Test("know the name of a customer that is a person and says it later")
  func nameOfPerson() async throws {
    try await withHouse { house in
      try await house.take([Entry.did("Signed In", contact: "ada", at: RandomLog.start)])
      var named = Entry.contact("ada", at: RandomLog.start + .hours(1))
      named.fact = .contact(traits: [JSON.Member("name", .string("Zoë"))])
      try await house.take([Entry.event(of: "anna", at: RandomLog.start), named])
      #expect(try await Self.pages(.init(sort: .name, descending: true, limit: 1), house) == [["ada"], ["anna"]])
    }
  }

  @Test("find everyone after an upgrade of a database from before there were such lists")
  func upgrade() async throws {
    for seed in 0..<cases(2) {
      var company = ListCase(seed: seed)
      try await withHouse(company.model.blueprint(), now: RandomLog.start + .days(50)) { house in
        try await house.take(company.entries)
        let before = try await Tables.derived(house.database)
        let keys = try await Self.keys(house)
        try await house.database.write { connection in
          try Undone.before9(connection)
          let indexes = ["customer_id", "customer_name", "customer_started", "customer_mrr", "health_score"]
          try connection.script(indexes.map { "DROP INDEX \($0);" }.joined(separator: "\n"))
          for column in ["sort_name", "started_at", "mrr"] { try connection.script("ALTER TABLE customer DROP COLUMN \(column)") }
          try connection.script("DROP TABLE health_tally; DELETE FROM schema_version WHERE version >= 8")
        }
        try await Migrator.migrate(house.database)
        #expect(try await Tables.derived(house.database) == before, "seed \(seed)")
        #expect(try await Self.keys(house) == keys, "seed \(seed)")
        #expect(Set(keys).count > 20)
      }
    }
  }

  private static func keys(_ house: House) async throws -> [String] {
    try await house.database.read { connection in
      try connection.rows("SELECT id, sort_name, started_at, mrr FROM customer ORDER BY id") {
        "\($0.text(0)) \($0.text(1)) \($0.integer(2)) \($0.real(3))"
      }
    }
  }

  @Test("refuse a cursor of another order, and one that nobody gave out")
  func cursors() async throws {
    try await withHouse { house in
      try await house.take((0..<3).map { Entry.event(of: "c\($0)", at: RandomLog.start) })
      let byName = try await house.inquiries.customers(.init(sort: .name, limit: 1)).next
      for (sort, cursor) in [(Inquiries.CustomerQuery.Sort.mrr, try #require(byName)), (.score, "5b5d"), (.name, "zz")] {
        await #expect(throws: Inquiries.InvalidCursor.self) {
          try await house.inquiries.customers(.init(sort: sort, limit: 1, cursor: cursor))
        }
      }
    }
  }
}

@Suite("The tally of scores")
struct HealthTallyTests {
  @Test("is what counting all scores gives, through random histories, people who change hands, new models and rebuilds")
  func counts() async throws {
    for seed in 0..<cases(6) {
      var company = ListCase(seed: seed)
      let blueprints = [company.model.blueprint(), company.model.blueprint()]
      try await withHouse(blueprints[0], now: RandomLog.start) { house in
        func check(_ when: String) async throws {
          let (tally, counted) = try await house.database.read { connection in
            (
              try HealthTally.parts(connection).map { "\($0.score) \($0.band.rawValue) \($0.customers)" },
              try connection.rows("SELECT score, band, COUNT(*) FROM health GROUP BY score, band ORDER BY score, band") {
                "\($0.int(0)) \($0.text(1)) \($0.int(2))"
              }
            )
          }
          #expect(tally == counted, "seed \(seed), \(when)")
        }
        for entry in company.entries.sorted(by: { $0.receivedAt < $1.receivedAt }) {
          house.clock.set(max(house.clock.now(), entry.receivedAt))
          try await house.take([entry])
        }
        try await check("after all entries")
        house.current.replace(with: blueprints[1])
        try await house.fold.adoptModel()
        try await house.pass(.days(9))
        try await check("under another model")
        #expect(try await Rebuild(fold: house.fold).run().isUnchanged, "seed \(seed)")
        try await check("after a rebuild")
        #expect(try await DailyBatch(fold: house.fold).run().differences == [], "seed \(seed)")
      }
    }
  }

  @Test("is mended by the daily batch, which tells that it was wrong")
  func mended() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: RandomLog.start)])
      try await house.database.write { _ = try $0.execute("UPDATE health_tally SET customers = 7") }
      let report = try await DailyBatch(fold: house.fold).run()
      #expect(report.differences == ["the numbers of customers by score were wrong for 1 pairs of score and band"])
      #expect(try await house.inquiries.summary(at: nil).customers == 1)
      #expect(try await DailyBatch(fold: house.fold).run().differences == [])
    }
  }
}
