import Domain
import Testing

@Suite("Expressions mean")
struct ExpressionMeaningTests {
  private func term(_ source: String) throws -> Term { try ExpressionFixtures.compiler.compile(source).get().term }

  static let signals: [(String, Signal, ValueType)] = [
    ("age(login)", .age(.named("Signed In")), .duration),
    ("age(\"Signed In\")", .age(.named("Signed In")), .duration),
    ("age(reports)", .age(.named("Report Created")), .duration),
    ("age(usage)", .age(.usage), .duration),
    ("age(activity)", .age(.activity), .duration),
    ("count(login)", .count(.named("Signed In"), days: nil), .number),
    ("count(login, 30d)", .count(.named("Signed In"), days: 30), .number),
    ("count(usage, 2w)", .count(.usage, days: 14), .number),
    ("count(\"Automation Run\", 24h)", .count(.named("Automation Run"), days: 1), .number),
    ("trend(usage, 366d)", .trend(.usage, days: 366), .number),
    ("features()", .features(core: false, within: nil), .number),
    ("features(30d)", .features(core: false, within: .days(30)), .number),
    ("core_features()", .features(core: true, within: nil), .number),
    ("core_features(90m)", .features(core: true, within: .minutes(90)), .number),
    ("goals", .goals, .number),
    ("goal(automated)", .goal("automated"), .boolean),
    ("active_contacts(30d)", .activeContacts(within: .days(30)), .number),
    ("seats_used(30d)", .seatsUsed(within: .days(30)), .number),
    ("open_tickets", .openTickets, .number),
    ("unresolved_tickets(7d)", .unresolvedTickets(olderThan: .days(7)), .number),
    ("tickets(30d)", .tickets(within: .days(30)), .number),
    ("reopened_tickets(30d)", .reopenedTickets(within: .days(30)), .number),
    ("oldest_open_ticket", .oldestOpenTicket, .duration),
    ("resolution_time(90d)", .resolutionTime(within: .days(90)), .duration),
    ("ticket_satisfaction(90d)", .ticketSatisfaction(within: .days(90)), .number),
    ("nps", .nps, .number),
    ("plan", .plan, .text), ("tier", .tier, .text), ("mrr", .mrr, .number), ("arr", .arr, .number), ("seats", .seats, .number),
    ("subscribed", .subscribed, .boolean), ("canceled", .canceled, .boolean), ("payment_failed", .paymentFailed, .boolean),
    ("until_renewal", .untilRenewal, .duration), ("tenure", .tenure, .duration), ("journey", .journey, .text),
    ("id", .customerID, .text), ("name", .customerName, .text), ("score", .score, .number), ("band", .band, .text),
    ("industry", .attribute("industry", .text), .text), ("signed_up", .attribute("signed_up", .date), .date),
  ]

  @Test("each signal by its name", arguments: signals)
  func signal(source: String, signal: Signal, type: ValueType) throws {
    let formula = try ExpressionFixtures.compiler.compile(source).get()
    #expect(formula == Formula(source: source, type: type, term: .signal(signal)))
  }

  private static let a = Term.signal(.subscribed)
  private static let b = Term.signal(.canceled)
  private static let c = Term.signal(.paymentFailed)
  private static let mrr = Term.signal(.mrr)
  private static let plan = Term.signal(.plan)
  private static func number(_ n: Double) -> Term { .literal(.number(n)) }

  static let shapes: [(String, Term)] = [
    ("subscribed or canceled and payment_failed", .or(a, .and(b, c))),
    ("(subscribed or canceled) and payment_failed", .and(.or(a, b), c)),
    ("not subscribed and canceled", .and(.not(a), b)),
    ("not (subscribed and canceled)", .not(.and(a, b))),
    ("not not subscribed", .not(.not(a))),
    ("mrr + 2 * 3 > 1", .compare(.greater, .arithmetic(.add, mrr, .arithmetic(.multiply, number(2), number(3))), number(1))),
    ("mrr - 2 - 3 == 1", .compare(.equal, .arithmetic(.subtract, .arithmetic(.subtract, mrr, number(2)), number(3)), number(1))),
    ("mrr / 2 / 3 <= 1", .compare(.lessOrEqual, .arithmetic(.divide, .arithmetic(.divide, mrr, number(2)), number(3)), number(1))),
    ("mrr > -5", .compare(.greater, mrr, number(-5))),
    ("-mrr < 0.5", .compare(.less, .arithmetic(.subtract, number(0), mrr), number(0.5))),
    ("nps is missing", .isMissing(.signal(.nps))),
    ("nps is present", .not(.isMissing(.signal(.nps)))),
    ("nps is not missing", .not(.isMissing(.signal(.nps)))),
    ("nps is not present", .isMissing(.signal(.nps))),
    ("plan in [\"a\", \"b\"]", .oneOf(plan, [.text("a"), .text("b")])),
    ("mrr in [1, -2]", .oneOf(mrr, [.number(1), .number(-2)])),
    ("plan not in [\"a\"]", .and(.not(.isMissing(plan)), .not(.oneOf(plan, [.text("a")])))),
    ("name contains \"Ltd\"", .contains(.signal(.customerName), .literal(.text("Ltd")))),
    ("name == \"say \\\"hi\\\" \\\\\"", .compare(.equal, .signal(.customerName), .literal(.text("say \"hi\" \\")))),
    ("trial == true", .compare(.equal, .signal(.attribute("trial", .boolean)), .literal(.boolean(true)))),
    (
      "signed_up >= date(\"2024-02-29\")",
      .compare(
        .greaterOrEqual, .signal(.attribute("signed_up", .date)), .literal(.instant(Instant(microseconds: 1_709_164_800_000_000))))
    ),
    (
      "tenure > 1.5d",
      .compare(.greater, .signal(.tenure), .literal(.duration(.hours(36))))
    ),
    ("in_segment(enterprise)", .segment("enterprise", ExpressionFixtures.enterprise.condition.term)),
    ("band == \"at-risk\"", .compare(.equal, .signal(.band), .literal(.text("at-risk")))),
  ]

  @Test("what their operators bind", arguments: shapes)
  func shape(source: String, expected: Term) throws { #expect(try term(source) == expected) }

  @Test("a long chain of conditions is no deep tree")
  func longChain() throws {
    let source = Array(repeating: "canceled", count: 300).joined(separator: " or ")
    func depth(_ term: Term) -> Int { if case .or(let a, let b) = term { max(depth(a), depth(b)) + 1 } else { 1 } }
    #expect(depth(try term(source)) <= 11)
  }

  @Test("durations read back as they are written", arguments: ["14d", "3h", "30m", "45s", "0s", "90d"])
  func durations(text: String) throws { #expect(try #require(TimeSpan(text: text)).text == text) }

  @Test(
    "calendar dates are days since 1970",
    arguments: [("1970-01-01", 0), ("2000-03-01", 11_017), ("1969-12-31", -1), ("2024-12-31", 20_088)])
  func dates(text: String, day: Int32) { #expect(Instant(calendarDate: text) == Day(number: day).start) }

  @Test(
    "impossible dates are none",
    arguments: ["2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "24-01-01", "2024-04-31", "", "2024-01-01Z"])
  func noDates(text: String) { #expect(Instant(calendarDate: text) == nil) }
}
