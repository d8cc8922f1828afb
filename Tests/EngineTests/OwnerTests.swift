import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("Customers of an owner")
struct OwnerTests {
  private static func owner(_ customer: StoredCustomer) -> String? { customer.state[attribute: "owner"]?.string }

  private static func clean(_ text: String) -> String { text.lowercased().filter { $0 != " " } }

  /// All pages, one after the other.
  private static func all(_ query: Inquiries.CustomerQuery, _ house: House) async throws -> [String] {
    var query = query
    var ids: [String] = []
    for _ in 0..<1_000 {
      let page = try await house.inquiries.customers(query)
      ids += page.items.map(\.id)
      guard let next = page.next else { break }
      query.cursor = next
    }
    return ids
  }

  @Test("are listed page by page as everyone is, without the others, whatever the order and the condition")
  func lists() async throws {
    for seed in 0..<cases(4) {
      try await withHouse { house in
        let company = RandomCompany(seed: seed)
        var random = company.random
        try await house.live(company.entries)
        let everyone = try await house.everyone()
        for sort in Inquiries.CustomerQuery.Sort.allCases {
          for asked in ["ANN@example.com", " bob@example.com", "zoë", "nobody", ""] {
            let condition = random.chance(0.5) ? RandomModel.formula("subscribed or age(login) < 9d") : nil
            var query = Inquiries.CustomerQuery(condition: condition, sort: sort, descending: random.chance(0.5), limit: 7)
            let whole = try await Self.all(query, house)
            let theirs = Set(everyone.filter { Self.owner($0).map(Self.clean) == Self.clean(asked) }.map(\.state.id))
            query.owner = asked
            query.limit = random.whole(in: 1...9)
            #expect(try await Self.all(query, house) == whole.filter(theirs.contains), "seed \(seed), \(asked) by \(sort)")
            guard sort == .name else { continue }
            (query.at, query.limit) = (house.clock.now(), 100)
            let past = try await Self.all(query, house)
            #expect(Set(past) == theirs.intersection(whole), "seed \(seed), as of now")
          }
        }
      }
    }
  }

  @Test("are found by the beginning of a name in whatever case, or of an id")
  func search() async throws {
    for seed in 0..<cases(2) {
      try await withHouse { house in
        try await house.live(RandomCompany(seed: seed).entries)
        let everyone = try await house.everyone()
        for text in ["ac", "ACME t", "c1", "C", "ä", "Ä", "zoo", "nobody", "%", "c1 ltd."] {
          let expected = everyone.filter { customer in
            let id = customer.state.id
            let isNamed = (customer.state.name ?? "").lowercased().hasPrefix(text.lowercased())
            return isNamed || id.hasPrefix(text) || id.hasPrefix(text.lowercased())
          }
          let query = Inquiries.CustomerQuery(sort: .name, limit: 5, search: text)
          let found = try await Self.all(query, house)
          #expect(Set(found) == Set(expected.map(\.state.id)) && found.count == expected.count, "seed \(seed), “\(text)”")
          var owned = query
          owned.owner = "ann@example.com"
          let theirs = expected.filter { Self.owner($0).map(Self.clean) == "ann@example.com" }
          let hers = try await Self.all(owned, house)
          #expect(Set(hers) == Set(theirs.map(\.state.id)), "seed \(seed), Ann's “\(text)”")
        }
      }
    }
  }

  @Test("are all listed, also of one who has more than are sorted in memory")
  func many() async throws {
    try await withHouse { house in
      let entries = (0..<HealthMoves.ownedLimit + 30).map { number in
        LogEntry(
          messageID: "\(number)", at: RandomLog.start, version: RandomLog.start, receivedAt: RandomLog.start,
          actor: Actor(customer: "c\(number)"),
          fact: .customer(attributes: [JSON.Member("owner", .string(number % 50 == 0 ? "bob" : "ann"))]))
      }
      try await house.take(entries)
      let query = Inquiries.CustomerQuery(sort: .id, limit: 1_000, examined: 500, owner: "Bob")
      #expect(try await Self.all(query, house).count == 41)
      let more = (0..<40).map { number in
        LogEntry(
          messageID: "more \(number)", at: RandomLog.start, version: RandomLog.start, receivedAt: RandomLog.start,
          actor: Actor(customer: "d\(number)"), fact: .customer(attributes: [JSON.Member("owner", .string("ann"))]))
      }
      try await house.take(more)
      var anns = query
      anns.owner = "ann"
      #expect(try await Self.all(anns, house).count == HealthMoves.ownedLimit + 30 - 41 + 40)
      let today = try await house.inquiries.today(owner: "ann", since: RandomLog.start)
      #expect(today.customers == HealthMoves.ownedLimit && today.hasMore)
    }
  }

  @Test("are known after an upgrade of a database from before there were owners, also where the customer is a person")
  func upgrade() async throws {
    for seed in 0..<cases(2) {
      try await withHouse { house in
        var person = Entry.contact("ada", at: RandomLog.start)
        person.fact = .contact(traits: [JSON.Member("owner", .string("Ann@Example.com"))])
        try await house.live([Entry.did("Signed In", contact: "ada", at: RandomLog.start), person] + RandomCompany(seed: seed).entries)
        func owners() async throws -> [String] {
          try await house.database.read { connection in
            try connection.rows("SELECT id, owner FROM customer ORDER BY id") { "\($0.text(0)) \($0.optionalText(1) ?? "–")" }
          }
        }
        let before = try await owners()
        #expect(before.contains("ada ann@example.com") && before.contains { $0.hasSuffix("–") })
        try await house.database.write { try Undone.before9($0) }
        try await Migrator.migrate(house.database)
        #expect(try await owners() == before, "seed \(seed)")
        #expect(try await DailyBatch(fold: house.fold).run().differences == [])
        #expect(try await owners() == before, "seed \(seed)")
      }
    }
  }
}

@Suite("Another attribute that names the owner")
struct OwnerAttributeTests {
  @Test("is followed with the next statement about a customer, and by all with the next daily batch")
  func changed() async throws {
    try await withHouse { house in
      let at = RandomLog.start
      let members = [JSON.Member("owner", .string("ann")), JSON.Member("csm", .string("Bob"))]
      try await house.take(
        ["a", "b"].map { id in
          LogEntry(
            messageID: id, at: at, version: at, receivedAt: at, actor: Actor(customer: id), fact: .customer(attributes: members))
        })
      func found(_ owner: String) async throws -> [String] {
        try await house.inquiries.customers(.init(sort: .id, owner: owner)).items.map(\.id)
      }
      #expect(try await found("ann") == ["a", "b"])
      var blueprint = Blueprints.sop
      (blueprint.ownerAttribute, blueprint.version) = ("csm", "another")
      house.current.replace(with: blueprint)
      try await house.fold.adoptModel()
      #expect(try await DailyBatch(fold: house.fold).run().differences == [])
      #expect(try await found("ann") == [])
      #expect(try await found("bob") == ["a", "b"])
    }
  }
}

@Suite("What somebody who comes to work is told")
struct TodayTests {
  @Test("are their customers that slid and those that are critical, as every history gives them, with what moved them")
  func owner() async throws {
    for seed in 0..<cases(5) {
      var model = RandomModel(seed: seed)
      try await withHouse(model.blueprint()) { house in
        try await house.live(RandomCompany(seed: seed).entries)
        try await house.pass(.days(3))
        let (now, since) = (house.clock.now(), house.clock.now() - .days(2))
        let today = try await house.inquiries.today(owner: "Ann@example.com", since: since)
        let theirs = try await house.everyone().filter { ListKeys.owner(of: $0.state, trait: "owner") == "ann@example.com" }
        #expect(today.about == .owner("ann@example.com") && today.customers == theirs.count && !today.hasMore)
        var slid: [(fall: Int, id: String)] = []
        var (recovered, worsened) = (0, 0)
        for customer in theirs {
          let (id, health) = (customer.state.id, try #require(customer.health))
          let history = try await house.history(id)
          if let before = history.last(where: { $0.at <= now - .days(7) })?.to, before > health.score {
            slid.append((before - health.score, id))
          }
          guard let band = history.last(where: { $0.at <= since })?.bandTo else { continue }
          if band < health.band { recovered += 1 }
          if band > health.band { worsened += 1 }
        }
        let expected = slid.sorted { ($1.fall, $0.id) < ($0.fall, $1.id) }.map { "\($0.id) \($0.fall)" }
        #expect(today.slid.map { "\($0.id) \(($0.from ?? 0) - $0.score)" } == expected, "seed \(seed)")
        #expect(today.slid.allSatisfy { ($0.shift?.points ?? 0) < 0 && $0.reason != nil }, "seed \(seed)")
        let critical = theirs.filter { $0.health?.band == .critical }
        #expect(Set(today.lowest.map(\.id)) == Set(critical.map(\.state.id)), "seed \(seed)")
        #expect(today.lowest.map(\.score) == today.lowest.map(\.score).sorted())
        #expect(today.slidCount == TodayDigest.Count(slid.count), "seed \(seed)")
        #expect(today.criticalCount == TodayDigest.Count(critical.count), "seed \(seed)")
        #expect(today.since.recovered == recovered && today.since.worsened == worsened, "seed \(seed)")
        for customer in today.slid + today.lowest {
          #expect(customer.name == theirs.first { $0.state.id == customer.id }?.state.name)
        }
      }
    }
  }

  @Test("is the company's worst where nobody is named, or who is named has no customers")
  func company() async throws {
    try await withHouse { house in
      try await house.live(RandomCompany(seed: 1).entries)
      try await house.pass(.days(3))
      let scores = try await house.healths().map { ($0.value.score, $0.key) }.sorted { $0 < $1 }.prefix(20)
      for owner in [nil, "nobody", " "] {
        let today = try await house.inquiries.today(owner: owner, since: RandomLog.start)
        #expect(today.about == .company && today.customers == nil)
        #expect(today.lowest.map(\.id) == scores.map(\.1) && today.lowest.map(\.score) == scores.map(\.0))
        let falls = try await house.inquiries.healthOverview().movers.filter { $0.to < $0.from }
        #expect(today.slid.prefix(falls.count).map(\.id) == falls.map(\.id) && falls.count == min(today.slid.count, 10))
        #expect(today.lowest.allSatisfy { $0.reason != nil || $0.score == 100 })
      }
    }
  }

  @Test("counts more than it tells by name: of an owner all, of the company that there are more")
  func more() async throws {
    try await withHouse { house in
      try await house.take(
        (0..<45).map { number in
          LogEntry(
            messageID: "\(number)", at: RandomLog.start, version: RandomLog.start, receivedAt: RandomLog.start,
            actor: Actor(customer: "c\(number)"), fact: .customer(attributes: [JSON.Member("owner", .string("ann"))]))
        })
      try await house.database.write { connection in
        try connection.execute("UPDATE health_change SET score_to = 50, band_to = 'at-risk'")
        try connection.execute("UPDATE health SET score = 5, band = 'critical'")
      }
      // The changes are older than a week then.
      house.clock.advance(by: .days(8))
      let hers = try await house.inquiries.today(owner: "ann", since: RandomLog.start)
      #expect(hers.slid.count == 20 && hers.slidCount == TodayDigest.Count(45))
      #expect(hers.lowest.count == 20 && hers.criticalCount == TodayDigest.Count(45))
      let all = try await house.inquiries.today(owner: nil, since: RandomLog.start)
      #expect(all.slid.count == 20 && all.slidCount == TodayDigest.Count(20, isMore: true) && all.slidAt != nil)
    }
  }

  @Test("names the smallest step out of the critical band, as the customer's own page does")
  func step() async throws {
    try await withHouse { house in
      try await house.live(RandomCompany(seed: 2).entries)
      let today = try await house.inquiries.today(owner: nil, since: RandomLog.start)
      for customer in today.lowest.prefix(5) {
        let report = try #require(try await house.inquiries.explanation(of: customer.id, at: nil))
        #expect(customer.advice == report.advice, "\(customer.id)")
      }
      #expect(today.lowest.contains { $0.advice != nil })
    }
  }

  @Test("counts what has happened since, and of very much says that it is more")
  func counts() async throws {
    try await withHouse { house in
      let start = RandomLog.start
      try await house.database.write { connection in
        for number in 0..<5 {
          let at = start + .hours(Int64(number))
          let closed = number < 2 ? at + .hours(20) : nil
          let alert = Alert(
            id: "a\(number)", customer: "c", kind: .critical, reason: "health",
            state: number == 4 ? .waiting : closed == nil ? .open : .closed,
            openedAt: at, updatedAt: at, closedAt: closed, score: 3, band: .critical)
          try AlertQueries.save(alert, connection)
        }
        for (number, state) in [Delivery.State.sent, .sent, .failed, .unknown, .canceled, .pending].enumerated() {
          let delivery = Delivery(
            key: "d\(number)", customer: "c", channel: "slack", payload: .null, title: "t", state: state, createdAt: start,
            nextAttemptAt: start, finishedAt: state == .pending ? nil : start + .hours(Int64(number)))
          try DeliveryQueries.enqueue(delivery, connection)
        }
      }
      let since = try await house.inquiries.today(owner: nil, since: start + .hours(1)).since
      #expect(since.alertsOpened == .init(3) && since.alertsClosed == .init(2))
      #expect(since.deliveriesSent == .init(1) && since.deliveriesFailed == .init(1) && since.deliveriesUnknown == .init(1))
      #expect(TodayDigest.Count(10_000) == TodayDigest.Count(10_000) && !TodayDigest.Count(10_000).isMore)
      #expect(TodayDigest.Count(10_001).isMore && TodayDigest.Count(10_001).number == 10_000)
    }
  }
}

@Suite("The precision of an alert rule")
struct PrecisionTests {
  @Test("is counted once a day from alerts old enough to tell, by what became of each customer's subscriptions")
  func counted() async throws {
    try await withHouse { house in
      let now = house.clock.now()
      func subscription(_ id: String, start: Int64, end: Int64?) -> LogEntry {
        let record = SubscriptionRecord(id: id, mrr: 10, startedAt: now - .days(start), canceledAt: end.map { now - .days($0) })
        return LogEntry(
          messageID: id, at: record.startedAt, version: now, receivedAt: now, actor: Actor(customer: id), fact: .subscription(record))
      }
      try await house.take([
        subscription("lost", start: 300, end: 60), subscription("kept", start: 300, end: nil), subscription("late", start: 300, end: 10),
        Entry.event(of: "free", at: now),
      ])
      let keeper = PrecisionKeeper(database: house.database, current: house.current, time: house.clock)
      #expect(try await keeper.runIfDue())
      #expect(try await house.inquiries.alertPrecision() == [], "there was no alert")
      let alerts = [("lost", 100), ("kept", 100), ("kept", 179), ("late", 120), ("free", 100), ("lost", 181), ("kept", 89), ("lost", 1)]
      try await house.database.write { connection in
        for (number, (customer, days)) in alerts.enumerated() {
          let at = now - .days(Int64(days))
          try AlertQueries.save(
            Alert(
              id: "\(number)", customer: customer, kind: .critical, reason: "health", state: .closed, openedAt: at, updatedAt: at, score: 3,
              band: .critical), connection)
        }
      }
      #expect(try await !keeper.runIfDue())
      try await keeper.run()
      let precision = try #require(try await house.inquiries.alertPrecision().first)
      #expect(
        precision
          == AlertPrecision(
            kind: .critical, at: now, counted: 4, cancellations: 1, downgrades: 0, withoutSubscription: 1, young: 2, isSample: false))
      house.clock.advance(by: .days(1))
      #expect(try await keeper.runIfDue())
      #expect(try await house.inquiries.alertPrecision().first?.at == house.clock.now())
    }
  }
}
