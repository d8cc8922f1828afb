import Domain
import Testing

@Suite("Expression errors")
struct ExpressionErrorTests {
  static let table: [(String, [String])] = [
    // Names
    ("open_tickts > 2", ["0..<11 unknown name \"open_tickts\" [open_tickets]"]),
    ("agee(login) > 1d", ["0..<4 unknown function \"agee\" [age]"]),
    ("age(logn) > 1d", ["4..<8 unknown event \"logn\" [login]"]),
    ("age(\"Signed in\") > 1d", ["4..<15 no declared event is sent as \"Signed in\" [\"Signed In\"]"]),
    ("age(\"login\") > 1d", ["4..<11 no declared event is sent as \"login\" [login]"]),
    ("goal(automatd)", ["5..<13 unknown goal \"automatd\" [automated]"]),
    ("in_segment(enterprize)", ["11..<21 unknown segment \"enterprize\" [enterprise]"]),
    ("in_segment(xyzzy)", ["11..<16 unknown segment \"xyzzy\""]),
    ("features > 2", ["0..<8 \"features\" is a function [features(30d)]"]),
    ("open_tickets() > 2", ["0..<14 \"open_tickets\" takes no parentheses [open_tickets]"]),
    ("login > 2", ["0..<5 \"login\" is an event; ask for its age or count [count(login, 30d)]"]),
    ("plan == enterprise", ["8..<18 unknown name \"enterprise\" (text stands in double quotes) [\"enterprise\"]"]),
    ("band == healty", ["8..<14 unknown name \"healty\" (text stands in double quotes) [\"healthy\"]"]),
    // Known values
    ("band == \"helthy\"", ["8..<16 \"helthy\" is not one of \"critical\", \"at-risk\", \"healthy\" [\"healthy\"]"]),
    ("\"at risk\" != band", ["0..<9 \"at risk\" is not one of \"critical\", \"at-risk\", \"healthy\" [\"at-risk\"]"]),
    (
      "journey in [\"onboarding\", \"renewel\"]",
      ["26..<35 \"renewel\" is not one of \"onboarding\", \"activation\", \"engagement\", \"renewal\" [\"renewal\"]"]
    ),
    // Types
    ("age(login) > 14", ["13..<15 this is a number, but \">\" has a duration on its other side [14d]"]),
    ("plan == 3", ["8..<9 this is a number, but \"==\" has a text on its other side [\"3\"]"]),
    ("open_tickets >= \"2\"", ["16..<19 this is a text, but \">=\" has a number on its other side [2]"]),
    ("signed_up > \"2024-01-01\"", ["12..<24 this is a text, but \">\" has a date on its other side [date(\"2024-01-01\")]"]),
    ("plan > \"a\"", ["0..<10 \">\" compares numbers, durations or dates; texts only take == and !="]),
    ("mrr and canceled", ["0..<3 \"and\" joins conditions (true or false), this is a number"]),
    ("not plan", ["4..<8 \"not\" joins conditions (true or false), this is a text"]),
    ("mrr contains \"a\"", ["0..<3 \"contains\" looks for a text in a text, this is a number"]),
    ("tenure * 2 > 1d", ["0..<10 \"*\" does not work on a duration and a number"]),
    ("plan in [1]", ["9..<10 this is a number, but the value looked for is a text [\"1\"]"]),
    ("plan in [enterprise]", ["9..<19 a list holds texts, numbers, durations or dates, not names [\"enterprise\"]"]),
    ("-plan == 1", ["1..<5 \"-\" goes before a number or a duration, this is a text"]),
    // Arguments
    ("count(login, 36h) > 1", ["13..<16 count looks at whole days, 1d to 366d, not 36h [2d]"]),
    ("trend(usage, 400d) > 1", ["13..<17 trend looks at whole days, 1d to 366d, not 400d [366d]"]),
    ("tickets(30) > 1", ["8..<10 tickets asks for a duration like 30d here [30d]"]),
    ("tickets(0s) > 1", ["8..<10 tickets asks for a duration longer than zero"]),
    ("tickets() > 1", ["0..<9 tickets takes one duration, not 0 [tickets(30d)]"]),
    ("age(login, 3d) > 1d", ["0..<14 age takes one event, not 2 [age(login)]"]),
    ("date(\"2023-02-29\") > signed_up", ["5..<17 \"2023-02-29\" is no calendar date written year-month-day, like \"2024-01-31\""]),
    // Words and signs
    ("plan = \"a\"", ["5..<6 \"=\" is not an operator here [==]"]),
    ("canceled && subscribed", ["9..<11 \"&&\" is not an operator here [and]"]),
    ("canceled AND subscribed", ["9..<12 \"AND\" is written in small letters [and]"]),
    ("plan == 'a'", ["8..<11 text stands in double quotes [\"a\"]"]),
    ("plan == \"a", ["8..<10 this text has no closing quote"]),
    ("tenure > 3days", ["9..<14 \"days\" is no unit of time: use w, d, h, m (minutes) or s [3d]"]),
    ("tenure > 90000d", ["9..<15 this duration is too long: at most 36525d"]),
    ("mrr > 1 # 2", ["8..<9 unexpected character \"#\"", "10..<11 unexpected a number, expected \"and\", \"or\" or an operator"]),
    // Grammar
    ("", ["0..<0 the expression is empty"]),
    ("canceled or", ["11..<11 expected a value, found the end"]),
    ("(canceled", ["9..<9 expected \")\" to close the parenthesis, found the end"]),
    ("canceled)", ["8..<9 unexpected \")\", nothing was opened for it"]),
    ("1 < mrr < 3", ["8..<9 comparisons cannot be chained; join them with \"and\""]),
    ("nps is null", ["7..<11 after \"is\" expected \"missing\" or \"present\", found \"null\" [missing]"]),
    ("plan in \"a\"", ["8..<11 after \"in\" expected a list like [\"a\", \"b\"], found a text"]),
    // Several at once
    (
      "agee(login) > 3 or open_tickts == \"x\" and plan = 5",
      [
        "0..<4 unknown function \"agee\" [age]", "19..<30 unknown name \"open_tickts\" [open_tickets]",
        "47..<48 \"=\" is not an operator here [==]", "49..<50 this is a number, but \"==\" has a text on its other side [\"5\"]",
      ]
    ),
  ]

  @Test("say where, what and what instead", arguments: table)
  func error(source: String, expected: [String]) { #expect(ExpressionFixtures.errors(source) == expected) }

  @Test("a condition is expected where there is a number")
  func expecting() {
    #expect(
      ExpressionFixtures.errors("mrr + 1", expecting: .boolean) == ["0..<7 expected a condition (true or false), this is a number"])
  }

  @Test("the health model cannot ask for the score, not even by a segment")
  func score() {
    let errors = { ExpressionFixtures.errors($0, with: ExpressionFixtures.modelCompiler) }
    #expect(errors("score > 3") == ["0..<5 \"score\" cannot be used in the health model, which makes it"])
    #expect(errors("band == \"healthy\"") == ["0..<4 \"band\" cannot be used in the health model, which makes it"])
    #expect(
      errors("in_segment(lost)") == [
        "11..<15 segment \"lost\" asks for the score or the band, so the health model, which makes them, cannot use it"
      ])
    #expect(errors("in_segment(enterprise)") == [])
  }

  @Test("length, nesting and size are bounded")
  func bounds() {
    let long = String(repeating: " ", count: 4_001)
    #expect(ExpressionFixtures.errors(long) == ["0..<4001 longer than 4000 characters"])
    for source in [
      String(repeating: "(", count: 2_000), String(repeating: "not ", count: 900) + "canceled", String(repeating: "-", count: 3_000) + "1",
      Array(repeating: "1", count: 1_500).joined(separator: "+"), String(repeating: "goal(", count: 700),
    ] {
      let errors = ExpressionFixtures.errors(source)
      #expect(errors.count == 1)
      #expect(errors.first?.hasSuffix("nested deeper than 64 levels") == true, "\(errors.first ?? "none") for \(source.prefix(20))")
    }
    let doubling = String(repeating: "(", count: 40) + "canceled" + String(repeating: " not in [true])", count: 40)
    #expect(ExpressionFixtures.errors(doubling).contains { $0.contains("more than 20000 terms") })
  }
}
