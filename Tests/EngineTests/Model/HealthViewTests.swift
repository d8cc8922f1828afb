import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The view customer_health_scores")
struct HealthViewTests {
  /// What the database's clock shows may be any time: a model whose points do not depend on it.
  private static let blueprint = Blueprints.single("features()", .each(start: 10, each: 20, bonus: 0, bonusWhen: nil))

  private static func make(_ blueprint: Blueprint, _ connection: any Connection) throws -> HealthView {
    let view = HealthView(ModelSQL(blueprint: blueprint, dialect: connection.dialect))
    for statement in view.replacement { try connection.execute(statement) }
    return view
  }

  @Test("has a row a customer with scores, band and real times, and is made anew for another model")
  func rows() async throws {
    try await withHouse(Self.blueprint) { house in
      let at = RandomLog.start + TimeSpan(microseconds: 123_456)
      try await house.take([
        Entry.event("Report Shared", of: "acme", at: at), Entry.ticket("t1", .open, of: "bolt", opened: at, version: at),
      ])
      try await house.database.write { _ = try Self.make(Self.blueprint, $0) }
      try await expectRows(house.database, [["acme", "30", "30", "critical"], ["bolt", "10", "10", "critical"]])
      let other = Blueprints.single("features()", .each(start: 60, each: 20, bonus: 0, bonusWhen: nil), version: "other")
      try await house.database.write { _ = try Self.make(other, $0) }
      try await expectRows(house.database, [["acme", "80", "80", "healthy"], ["bolt", "60", "60", "at-risk"]])
      let time = try await house.database.read { connection in
        let text = connection.dialect.twin(
          sqlite: "last_activity", postgres: "to_char(last_activity AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
        return try connection.rows(
          "SELECT \(text) FROM \(HealthView.name) ORDER BY customer_id"
        ) { $0.optionalText(0) }
      }
      #expect(time == [at.iso8601, nil])
    }
  }

  private func expectRows(_ database: any Database, _ expected: [[String]]) async throws {
    let rows = try await database.read { connection in
      try connection.rows(
        """
        SELECT customer_id, CAST(all_score AS TEXT), CAST(total_health_score AS TEXT), health_status
        FROM \(HealthView.name) ORDER BY customer_id
        """
      ) { row in (0..<4).map(row.text) }
    }
    #expect(rows == expected)
  }

  @Test("carries a marker by which an unchanged model is known, and a changed one")
  func marker() async throws {
    try await withTemporaryDatabase { database in
      let before = try await database.read { connection in
        let view = HealthView(ModelSQL(blueprint: Self.blueprint, dialect: connection.dialect))
        return try connection.first(view.markerQuery) { $0.optionalText(0) } ?? nil
      }
      #expect(before == nil)
      let (marker, stored, again) = try await database.write { connection in
        let view = try Self.make(Self.blueprint, connection)
        let other = HealthView(
          ModelSQL(blueprint: Blueprints.single("features()", .share, version: "single"), dialect: connection.dialect))
        return (view.marker, try connection.first(view.markerQuery) { $0.optionalText(0) } ?? nil, other.marker)
      }
      #expect(stored == marker)
      #expect(again != marker)
    }
  }

  @Test("shows what is new after a refresh")
  func refresh() async throws {
    try await withHouse(Self.blueprint) { house in
      try await house.database.write { _ = try Self.make(Self.blueprint, $0) }
      try await house.take([Entry.event("Report Shared", at: RandomLog.start)])
      if house.database.dialect == .postgres {
        try await expectRows(house.database, [])
        _ = try await house.database.write(patience: .unbounded) { try $0.execute(HealthView.refresh) }
      }
      try await expectRows(house.database, [["acme", "30", "30", "critical"]])
    }
  }

  @Test("keeps whoever may read it through a change of the model", .enabled(if: TestDatabase.dialect == .postgres))
  func grants() async throws {
    try await withHouse(Self.blueprint) { house in
      let rights = try await house.database.write { connection in
        _ = try Self.make(Self.blueprint, connection)
        try connection.execute("GRANT SELECT ON \(HealthView.name) TO PUBLIC")
        try connection.execute("GRANT SELECT ON \(HealthView.name) TO pg_monitor WITH GRANT OPTION")
        _ = try Self.make(Blueprints.single("features()", .share, version: "other"), connection)
        return try connection.rows(
          """
          SELECT acl.grantee = 0, acl.is_grantable FROM pg_class, aclexplode(relacl) AS acl
          WHERE pg_class.oid = '\(HealthView.name)'::regclass AND acl.grantee <> relowner ORDER BY acl.grantee
          """
        ) { [$0.bool(0), $0.bool(1)] }
      }
      #expect(rights == [[true, false], [false, true]])
    }
  }

  @Test("is not replaced while somebody's view stands on it, and says which", .enabled(if: TestDatabase.dialect == .postgres))
  func dependents() async throws {
    try await withHouse(Self.blueprint) { house in
      let keeper = HealthViewKeeper(database: house.database, current: house.current, time: house.clock, logger: House.logger)
      #expect(try await keeper.putInForce())
      _ = try await house.database.write { try $0.execute("CREATE VIEW my_view AS SELECT customer_id FROM \(HealthView.name)") }
      house.current.replace(with: Blueprints.single("features()", .share, version: "other"))
      let failure = await #expect(throws: DatabaseFailure.self) { try await keeper.putInForce() }
      #expect(failure?.message.contains("drop my_view,") == true)
      #expect(try await keeper.report().troubles.contains { $0.contains("drop my_view,") })
      _ = try await house.database.write { try $0.execute("DROP VIEW my_view") }
      #expect(try await keeper.putInForce())
      #expect(try await keeper.report().isInForce)
    }
  }

  @Test("is replaced by one node, while others pass by instead of waiting", .enabled(if: TestDatabase.dialect == .postgres))
  func otherNode() async throws {
    try await withHouse(Self.blueprint) { house in
      let keeper = HealthViewKeeper(database: house.database, current: house.current, time: house.clock, logger: House.logger)
      let isHere = try await whileHeld("SELECT pg_advisory_xact_lock(\(0x686f_6c64_7669_6577))", house.database) {
        try await keeper.putInForce()
      }
      #expect(!isHere)
      #expect(try await keeper.putInForce())
    }
  }

  @Test("is still due after a refresh that failed, and that is told until one goes well", .enabled(if: TestDatabase.dialect == .postgres))
  func failedRefresh() async throws {
    try await withHouse(Self.blueprint) { house in
      let keeper = HealthViewKeeper(database: house.database, current: house.current, time: house.clock, logger: House.logger)
      func sql(_ text: String) async throws { _ = try await house.database.write { try $0.execute(text) } }
      try await keeper.putInForce()
      #expect(try await !keeper.keepFresh())
      let made = house.clock.now()
      #expect(try await keeper.report().troubles == [])
      house.clock.advance(by: .days(1))
      try await sql("DROP INDEX customer_health_scores_customer")
      for _ in 0..<2 { await #expect(throws: DatabaseFailure.self) { try await keeper.keepFresh() } }
      let report = try await keeper.report()
      #expect(report.refreshedBy.hasSuffix("last at \(made.iso8601)"))
      #expect(report.troubles.count == 1 && report.troubles[0].contains(house.clock.now().iso8601))
      try await sql("CREATE UNIQUE INDEX customer_health_scores_customer ON customer_health_scores (customer_id)")
      house.clock.advance(by: .seconds(30))
      #expect(try await keeper.keepFresh())
      #expect(try await keeper.report().troubles == [])
      #expect(try await keeper.report().refreshedBy.hasSuffix("last at \(house.clock.now().iso8601)"))
      #expect(try await !keeper.keepFresh())
    }
  }
}
