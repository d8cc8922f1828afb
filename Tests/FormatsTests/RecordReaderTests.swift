import Domain
import Formats
import Testing

private func outcomes(
  _ kind: RecordKind, _ text: String, map: ColumnMap = ColumnMap(), tables: [Lookup: LookupTable] = [:], receivedAt: Instant = received
) throws -> [RecordOutcome] {
  let reader = try RecordReader(kind: kind, map: map, tables: tables)
  let rows = RowReader()
  var outcomes: [RecordOutcome] = []
  func take(_ item: RowItem) {
    if case .row(let row) = item { outcomes.append(reader.read(row, receivedAt: receivedAt)) } else { Issue.record("\(item)") }
  }
  try rows.feed(Array(text.utf8), take)
  try rows.finish(take)
  return outcomes
}

private func entry(_ kind: RecordKind, _ text: String, map: ColumnMap = ColumnMap()) throws -> LogEntry {
  guard case .entry(let entry) = try #require(try outcomes(kind, text, map: map).first) else {
    throw RecordTestError(outcome: try outcomes(kind, text, map: map))
  }
  return entry
}

private struct RecordTestError: Error { var outcome: [RecordOutcome] }

@Suite struct RecordReaderTests {
  @Test("A customer: usual column names, the rest as typed attributes, valid since it was created")
  func customer() throws {
    let entry = try entry(
      .customers,
      "account_id,account_name,signup_date,plan,seats,is_trial,zip,share,empty\nA-1, Acme ,2024-01-31,Pro,12,False,007,0.50,\n")
    #expect(entry.actor == Actor(customer: "A-1"))
    #expect(entry.at == time("2024-01-31") && entry.version == received)
    #expect(
      entry.fact
        == .customer(attributes: [
          .init("name", "Acme"), .init("created_at", "2024-01-31T00:00:00Z"), .init("plan", "Pro"), .init("seats", 12),
          .init("is_trial", false),
          .init("zip", "007"), .init("share", 0.5),
        ]))
  }

  @Test("Without a creation date a customer's record has always held; with updated_at, since then")
  func since() throws {
    #expect(try entry(.customers, "id\n1\n").at == .distantPast)
    let updated = try entry(.customers, "id,updated_at\n1,2024-03-01T10:00:00Z\n")
    #expect(updated.at == time("2024-03-01T10:00:00Z") && updated.version == updated.at)
  }

  @Test("A record that states its time is a repeat wherever it comes again; one that does not is held against the last of its id")
  func repeats() throws {
    #expect(try entry(.customers, "id,plan\nacme,pro\n").record == "acme")
    #expect(try entry(.customers, "id,plan,updated_at\nacme,pro,2024-03-01\n").record == nil)
  }

  @Test("A contact belongs to its customer; NDJSON keeps types and nested traits")
  func contact() throws {
    let entry = try entry(.contacts, #"{"id":7,"customer_id":"A-1","email":"a@b.example","traits":{"role":"admin"},"zip":"01"}"#)
    #expect(entry.actor == Actor(contact: "7", customer: "A-1"))
    #expect(entry.fact == .contact(traits: [.init("email", "a@b.example"), .init("role", "admin"), .init("zip", "01")]))
  }

  @Test("Events: own id or a hash of the content; properties are what is left")
  func event() throws {
    let given = try entry(.events, "event_id,user_id,event,timestamp,count\ne1,u1,Signed In,1714557600,3\n")
    #expect(given.messageID == "e1" && given.at == time("2024-05-01T10:00:00Z") && given.version == given.at)
    #expect(given.fact == .event(name: "Signed In", properties: [.init("count", 3)]))
    let a = try entry(.events, "user_id,event,timestamp,count\nu1,Signed In,2024-05-01,3\n")
    let b = try entry(.events, "count,event,at,contact\n3,Signed In,2024-05-01T00:00:00Z,u1\n")
    let c = try entry(.events, "count,event,at,contact\n4,Signed In,2024-05-01T00:00:00Z,u1\n")
    #expect(a.messageID.hasPrefix("h:") && a.messageID == b.messageID && a.messageID != c.messageID)
  }

  @Test("The same record gives the same message id at any later import, a changed one another")
  func identity() throws {
    func ids(_ text: String, _ at: Instant) throws -> [String] {
      try outcomes(.customers, text, receivedAt: at).compactMap { if case .entry(let entry) = $0 { entry.messageID } else { nil } }
    }
    let first = try ids("id,plan\n1,pro\n", received)
    let later = try ids("id,plan\n1,pro\n", received + .days(400))
    let changed = try ids("id,plan\n1,basic\n", received)
    #expect(first.count == 1 && first == later && first != changed)
    #expect(first[0].hasPrefix("customer:1:h:") && first[0].utf8.count <= 100)
  }

  @Test(
    "Ticket statuses and their synonyms",
    arguments: [
      ("new", .open), ("Open", .open), ("pending", .pending), ("on-hold", .pending), ("On hold", .pending), ("hold", .pending),
      ("solved", .solved), ("Resolved", .solved), ("closed", .closed), ("done", .closed),
    ] as [(String, TicketStatus)])
  func statuses(text: String, status: TicketStatus) throws {
    let entry = try entry(.tickets, "id,customer_id,opened_at,status\nT,A,2024-01-01,\(text)\n")
    #expect(entry.fact == .ticket(TicketRecord(id: "T", status: status, openedAt: time("2024-01-01"))))
    #expect(entry.at == time("2024-01-01") && entry.actor == Actor(customer: "A"))
  }

  @Test("A ticket without a status is closed once it has a closing time")
  func ticket() throws {
    let text =
      "ticket_id,account_id,submitted_at,closed_at,priority,satisfaction_score\n"
      + "T-1,A,2023-07-27,2023-07-28 03:00:00,high,4.0\nT-2,A,2023-07-27,,low,\n"
    let records = try outcomes(.tickets, text).map { outcome -> Fact? in if case .entry(let entry) = outcome { entry.fact } else { nil } }
    #expect(
      records == [
        .ticket(
          TicketRecord(
            id: "T-1", status: .closed, priority: "high", openedAt: time("2023-07-27"), solvedAt: time("2023-07-28T03:00:00Z"),
            satisfaction: 4)),
        .ticket(TicketRecord(id: "T-2", status: .open, priority: "low", openedAt: time("2023-07-27"))),
      ])
  }

  @Test("A subscription may renew and end in the future; ARR gives MRR where that is missing")
  func subscription() throws {
    let entry = try entry(
      .subscriptions,
      "subscription_id,account_id,start_date,end_date,renews_at,plan_tier,arr_amount\nS,A,2024-01-01,2030-01-01,2025-01-01,Pro,1200\n")
    #expect(
      entry.fact
        == .subscription(
          SubscriptionRecord(
            id: "S", tier: "Pro", mrr: 100, startedAt: time("2024-01-01"), renewsAt: time("2025-01-01"), canceledAt: time("2030-01-01"))))
  }

  @Test("A survey answer")
  func response() throws {
    let entry = try entry(.responses, "user_id,score,comment,answered_at\nu,9,Great,2024-01-01\n")
    guard case .response(let response) = entry.fact else { return #expect(Bool(false)) }
    #expect(response.survey == "nps" && response.score == 9 && response.comment == "Great" && response.id.hasPrefix("h:"))
  }

  @Test(
    "Rule 10: a bad row is refused with the column and the value at fault",
    arguments: [
      (.customers, "name\nAcme\n", .missing, "no id"), (.customers, "id,created_at\n1,2023-02-30\n", .unreadableTime, "'2023-02-30'"),
      (.customers, "id,created_at\n1,01/31/2024\n", .unreadableTime, "'created_at'"),
      (.customers, "id,created_at\n1,2024\n", .unreadableTime, "'2024'"),
      (.customers, "id,created_at\n1,2094-01-01\n", .inTheFuture, "future"),
      (.events, "user_id,event,at\nu,x,\n", .missing, "no at"), (.events, "user_id,event,at\nu,,2024-01-01\n", .missing, "no event"),
      (.events, "event,at\nx,2024-01-01\n", .missing, "no contact"),
      (.events, "user_id,event,at\nu,x,1969-01-01\n", .impossibleTime, "1970"),
      (.tickets, "id,customer_id,opened_at,solved_at\nT,A,2024-01-02,2024-01-01\n", .endBeforeStart, "solved at"),
      (.tickets, "id,customer_id,opened_at,status\nT,A,2024-01-02,lost\n", .unknownStatus, "'lost'"),
      (.tickets, "id,customer_id,opened_at,csat\nT,A,2024-01-02,9\n", .outOfRange, "1–5"),
      (.tickets, "id,opened_at\nT,2024-01-02\n", .missing, "no customer"),
      (.subscriptions, "id,customer_id,start_date,end_date\nS,A,2024-01-02,2024-01-01\n", .endBeforeStart, "ends at"),
      (.subscriptions, "id,customer_id,start_date,mrr\nS,A,2024-01-02,many\n", .unreadableNumber, "'many'"),
      (.subscriptions, "id,customer_id,start_date,mrr\nS,A,2024-01-02,-1\n", .outOfRange, "0 and above"),
      (.responses, "user_id,score,answered_at\nu,11,2024-01-01\n", .outOfRange, "0–10"),
    ] as [(RecordKind, String, RecordError.Reason, String)])
  func rejected(kind: RecordKind, text: String, reason: RecordError.Reason, words: String) throws {
    guard case .rejected(let error) = try outcomes(kind, text).first else { return #expect(Bool(false), "not rejected") }
    #expect(error.reason == reason && error.description.contains(words), "\(error)")
  }

  @Test("Up to a day ahead counts as the arrival, and the message id stays the same")
  func ahead() throws {
    let ahead = try entry(.events, "user_id,event,at\nu,x,2024-05-01T20:00:00Z\n")
    #expect(ahead.at == received)
    guard
      case .entry(let later) = try outcomes(.events, "user_id,event,at\nu,x,2024-05-01T20:00:00Z\n", receivedAt: received + .hours(1))[0]
    else {
      return #expect(Bool(false))
    }
    #expect(later.messageID == ahead.messageID)
  }

  @Test("Any row at all is read without a crash")
  func hostile() throws {
    var random = SplitMix64(seed: 21)
    let values: [JSON] = [
      nil, "", " ", 1, -1, 1e300, "x", "2024-01-01", "2023-02-30", true, [], ["a": 1], "open", "nan", "inf", "-", "99999999999999999999",
    ]
    for kind in RecordKind.allCases {
      let reader = try RecordReader(kind: kind)
      let names = kind.fields.flatMap(\.columns) + ["properties", "traits"]
      for line in 1...2_000 {
        let members = (0..<8).map { _ in JSON.Member(names.randomElement(using: &random)!, values.randomElement(using: &random)!) }
        if case .entry(let entry) = reader.read(Row(line: line, members: members), receivedAt: received) {
          #expect(entry.actor != Actor() && !entry.messageID.isEmpty && entry.at <= received)
          #expect(try Fact(kind: entry.fact.kind, name: entry.fact.name, payload: JSON.parse(entry.fact.payload.printed())) == entry.fact)
        }
      }
    }
  }
}

@Suite struct ColumnMapTests {
  @Test("Flags map columns, constants and templates; conditions choose rows")
  func flags() throws {
    let map = try ColumnMap(
      mapFlags: ["contact=student_id", "event=\"lesson_watched\"", "at=date_watched", "message_id=l-{student_id}-{course_id}"],
      whereFlags: ["kind=1"])
    let text = "student_id,course_id,minutes,date_watched,kind\n5,23,0.3,2022-01-01,1\n6,23,0.3,2022-01-01,0\n"
    let results = try outcomes(.events, text, map: map)
    #expect(results[1] == .passedOver)
    guard case .entry(let entry) = results[0] else { return #expect(Bool(false), "\(results[0])") }
    #expect(entry.messageID == "l-5-23" && entry.actor == Actor(contact: "5"))
    #expect(
      entry.fact == .event(name: "lesson_watched", properties: [.init("course_id", 23), .init("minutes", 0.3), .init("kind", 1)]))
  }

  @Test("Lookups find the customer in another file; an orphan is refused by name")
  func lookups() throws {
    let map = try ColumnMap(
      json: try JSON.parse(
        """
        {"map":{"customer":{"lookup":"s.csv","key":"subscription_id","take":"account_id"},"event":"feature","at":"day"},
         "properties":{"n":"count"}}
        """))
    let lookup = try #require(map.lookups.first)
    var table = LookupTable()
    table.add(Row(line: 2, members: [.init("subscription_id", "S-1"), .init("account_id", "A-1")]), for: lookup)
    let results = try outcomes(
      .events, "subscription_id,feature,day,count\nS-1,f,2024-01-01,2\nS-2,f,2024-01-01,2\n", map: map, tables: [lookup: table])
    guard case .entry(let entry) = results[0], case .rejected(let error) = results[1] else { return #expect(Bool(false), "\(results)") }
    #expect(entry.actor == Actor(customer: "A-1") && entry.fact == .event(name: "f", properties: [.init("n", 2)]))
    #expect(error.reason == .notFound && error.description == "no row of s.csv has subscription_id = 'S-2'")
  }

  @Test("An end so many calendar months after a start")
  func months() throws {
    let map = try ColumnMap(
      json: [
        "map": [
          "id": "p", "customer": "s", "started_at": "d", "plan": "t",
          "canceled_at": ["months_after": "d", "by": "t", "months": ["Monthly": 1, "Annual": 12]],
        ]
      ])
    let results = try outcomes(.subscriptions, "p,s,t,d\n1,5,Monthly,2022-01-31\n2,5,Annual,2020-02-29\n3,5,Weekly,2022-01-01\n", map: map)
    let ends = results.map { outcome -> Instant? in
      if case .entry(let entry) = outcome, case .subscription(let record) = entry.fact { record.canceledAt } else { nil }
    }
    #expect(ends == [time("2022-02-28"), time("2021-02-28"), nil])
    guard case .rejected(let error) = results[2] else { return #expect(Bool(false)) }
    #expect(error.description.contains("'Weekly'"))
  }

  @Test("A plan lists files in order")
  func plan() throws {
    let plan = try ImportPlan(
      json: try JSON.parse(
        """
        {"steps":[{"kind":"customers","file":"a.csv.gz","map":{"id":"account"},"attributes":["plan"]},
                  {"kind":"events","file":"e.csv","title":"Usage","map":{"event":{"constant":"x"}},"where":{"flag":[1,"yes"]}}]}
        """))
    #expect(plan.steps.map(\.kind) == [.customers, .events])
    #expect(plan.steps.map(\.title) == ["a.csv.gz", "Usage"])
    #expect(plan.steps[0].map.extras == [.init("plan", .column("plan"))])
    #expect(plan.steps[1].map.conditions == [.init(column: "flag", values: ["1", "yes"])])
    #expect(plan.steps[0].map.missingColumns(in: ["Account"]) == ["plan"])
  }

  @Test(
    "What is wrong in a plan is named with its place",
    arguments: [
      ("{}", "steps: must be a list"), (#"{"steps":[],"x":1}"#, "x: is unknown here; known are steps"),
      (
        #"[{"kind":"poems","file":"x"}]"#,
        "steps[0].kind: 'poems' is no kind of record; there are customers, contacts, events, tickets, subscriptions, responses"
      ),
      (#"[{"kind":"events"}]"#, "steps[0].file: must be a text"),
      (
        #"[{"kind":"tickets","file":"x","map":{"opned":"y"}}]"#,
        "steps[0].map.opned: tickets have no field 'opned'; they have id, customer, contact, subject, "
          + "status, priority, opened_at, solved_at, satisfaction, updated_at"
      ),
      (
        #"[{"kind":"events","file":"x","map":{"event":{"constnt":"y"}}}]"#,
        "steps[0].map.event: needs one of constant, lookup, months_after"
      ),
      (
        #"[{"kind":"events","file":"x","wher":{}}]"#,
        "steps[0].wher: is unknown here; known are kind, file, title, map, attributes, traits, properties, where"
      ),
    ])
  func wrong(text: String, message: String) throws {
    do {
      _ = try ImportPlan(json: try JSON.parse(text))
      Issue.record("taken: \(text)")
    } catch let error as ColumnMapError {
      #expect(error.description == message)
    }
  }
}
