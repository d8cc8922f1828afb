import Settings
import Testing

@Suite("Wrong settings")
struct DiagnosticTests {
  /// What is replaced, by what, and all that is said then.
  static let shapes: [(String, String, [String])] = [
    (
      "company:", "compny:",
      [
        "1:1: error: unknown key \"compny\", did you mean \"company\"?",
        "1:1: error: missing key \"company\": The company's name, for messages.",
      ]
    ),
    (
      "Europe/Berlin", "Europe/Berln",
      [
        "2:12: error: \"time_zone\" is a time zone like Europe/Berlin, there is none called \"Europe/Berln\""
          + ", did you mean \"Europe/Berlin\"?"
      ]
    ),
    ("core: true", "core: yes", ["5:42: error: \"core\" is true or false, not \"yes\", did you mean \"true\"?"]),
    ("core: true", "cor: true", ["5:36: error: unknown key \"cor\", did you mean \"core\"?"]),
    (
      "  exports: Export", "  Exports Now: Export",
      [
        "6:3: error: \"Exports Now\" is no name: small letters, digits and _, beginning with a letter, at most 64"
          + ", did you mean \"exports_now\"?"
      ]
    ),
    (
      "industry: text", "industry: txt",
      ["11:13: error: \"industry\" is boolean, number, text or date, not \"txt\", did you mean \"text\"?"]
    ),
    ("healthy_from: 70", "healthy_from: seventy", ["17:25: error: \"healthy_from\" is a whole number, 60 to 90, not \"seventy\""]),
    (
      "healthy_from: 70", "healthy_from: 95",
      ["17:25: error: \"healthy_from\" is 60 to 90, not 95; \"unchecked: true\" beside it allows any"]
    ),
    (
      "healthy_from: 70", "healthy_from: \"70\"",
      ["17:25: error: \"healthy_from\" is a whole number, 60 to 90, not \"70\", did you mean \"70\"?"]
    ),
    ("healthy_from: 70", "healthy_from: [70]", ["17:25: error: \"healthy_from\" is a whole number, 60 to 90, this is a list"]),
    ("age_of: login\n", "age_off: login\n", ["23:11: error: unknown key \"age_off\", did you mean \"age_of\"?"]),
    (
      "within: 1d", "within: 8d",
      [
        "25:24: error: \"within\" is 1d to 7d, not 8d; \"unchecked: true\" beside it allows any"
      ]
    ),
    ("within: 30d", "within: 90d", ["27:24: error: \"within\" is 8d to 60d, not 90d; \"unchecked: true\" beside it allows any"]),
    (
      "within: 7d", "within: 7 days",
      ["26:24: error: \"within\" is a duration like 14d, 3h or 30m (minutes), not \"7 days\", did you mean \"7d\"?"]
    ),
    ("within: 7d", "within: 7", ["26:24: error: \"within\" is a duration like 14d, 3h or 30m (minutes), not \"7\", did you mean \"7d\"?"]),
    ("penalty: 10", "penalty: 25", ["31:48: error: \"penalty\" is 5 to 20, not 25; \"unchecked: true\" beside it allows any"]),
    ("tickets: open", "tickets: opened", ["31:33: error: \"tickets\" is open or unresolved, not \"opened\", did you mean \"open\"?"]),
    ("points_each: 5", "points_each: 11", ["35:47: error: \"points_each\" is 1 to 10, not 11; \"unchecked: true\" beside it allows any"]),
    ("[team]", "team", ["51:18: error: \"to\" is a list, this is a single value, did you mean \"[team]\"?"]),
    ("[team]", "[taem]", ["51:19: error: unknown channel \"taem\", did you mean \"team\"?"]),
    ("delay: 5m", "delay: 2h", ["51:33: error: \"delay\" is 0s to 1h, not 2h; \"unchecked: true\" beside it allows any"]),
    (
      "company: Acme", "company: Acme\nretention: {events: 7d}",
      ["2:21: error: \"events\" is 30d to 3650d, not 7d; \"unchecked: true\" beside it allows any"]
    ),
    ("company: Acme", "company: Acme\nretention: {event: 90d}", ["2:13: error: unknown key \"event\", did you mean \"events\"?"]),
    ("kind: slack", "kind: slak", ["49:16: error: \"kind\" is slack or smtp, not \"slak\", did you mean \"slack\"?"]),
    (
      "kind: slack", "kind: smtp",
      [
        "49:9: error: missing key \"host\": The server's name.",
        "49:9: error: missing key \"from\": The sender: `holdfast@example.com`, or `Holdfast <holdfast@example.com>`.",
        "49:22: error: unknown key \"webhook_url\"",
      ]
    ),
    ("kind: slack, ", "", ["49:9: error: missing key \"kind\": slack or smtp"]),
    ("company: Acme", "company: Acme\ncompany: Acme 2", ["2:1: error: \"company\" stands twice in this mapping, first in line 1"]),
    ("limit: 50, ", "", ["46:13: error: missing key \"limit\": The score is never above this."]),
    (
      "company: Acme", "company: \npublic_url: example.com\ndaily_batch: 25:00",
      [
        "1:9: error: \"company\" has no value",
        "2:13: error: \"public_url\" is an address that begins with http:// or https://, not \"example.com\""
          + ", did you mean \"https://example.com\"?",
        "3:14: error: \"daily_batch\" is a time of day like \"02:00\", not \"25:00\"",
      ]
    ),
  ]

  static let meanings: [(String, String, [String])] = [
    (
      "max: 40", "max: 50",
      [
        "19:5: error: the maxima of the pillars sum to 100, these sum to 110 (engagement 50 + support 30 + value 30)"
      ]
    ),
    ("max: 20}", "max: 15}", ["33:12: error: the maxima of the measures of pillar \"value\" sum to 25, not to its 30"]),
    (", max: 20}", "}", ["35:9: error: missing key \"max\" in measure \"adopted\": it is not the only one of its pillar"]),
    (
      "nps_answer:", "last_login:",
      ["36:9: error: measure \"last_login\" stands in line 22 already; names of measures are unique in the model"]
    ),
    ("points: 40}\n", "points: 41}\n", ["25:36: error: 41 points are more than the measure's maximum of 40"]),
    (
      "within: 7d, points: 30", "within: 2d, points: 30}\n            - {within: 2d, points: 30",
      [
        "27:24: error: \"within\" is 8d to 60d, not 2d; \"unchecked: true\" beside it allows any"
      ]
    ),
    ("limit: 7,", "limit: 9,", ["39:63: error: limits under \"at_least\" fall from step to step"]),
    ("limit: 7,", "limit: 7d,", ["39:63: error: this limit is a duration, but the signal is a number"]),
    (
      "healthy_from: 70, at_risk_from: 40", "healthy_from: 60, at_risk_from: 60",
      ["17:43: error: \"at_risk_from\" (60) must be below \"healthy_from\" (60)"]
    ),
    ("segment: enterprise", "segment: enterprize", ["42:16: error: unknown segment \"enterprize\", did you mean \"enterprise\"?"]),
    (
      "last_login: {age_of: activity", "last_logon: {age_of: activity",
      ["44:9: error: unknown measure \"last_logon\": a variant replaces measures of the model, did you mean \"last_login\"?"]
    ),
    (
      "steps: [{within: 7d, points: 40}]", "max: 30, steps: [{within: 7d, points: 30}]",
      ["44:45: error: measure \"last_login\" keeps its maximum of 40 in a variant, not 30, did you mean \"40\"?"]
    ),
    ("age_of: login\n", "age_of: logn\n", ["23:19: error: unknown event \"logn\", did you mean \"login\"?"]),
    (
      "exports: Export Downloaded", "exports: Report Created",
      ["6:12: error: features cannot share an event: \"Report Created\" is feature \"reports\" already"]
    ),
    ("  exports: Export", "  login: Export", ["6:3: error: \"login\" is an event already; a feature needs another key"]),
    (
      "exported: Export Downloaded", "exported: Export Download",
      ["8:13: warning: no event or feature is declared as \"Export Download\", did you mean \"Export Downloaded\"?"]
    ),
    (
      "industry: text", "score: number",
      ["11:3: error: \"score\" is a word of the expression language and cannot name an attribute, did you mean \"customer_score\"?"]
    ),
    (
      "industry: text", "plan: number",
      ["11:9: error: attribute \"plan\" is a text, since the built-in of that name is, did you mean \"text\"?"]
    ),
    (
      "login: Signed In", "usage: Signed In",
      [
        "3:10: error: \"usage\" is a word of the expression language and cannot name an event",
        "15:22: error: unknown event \"login\"", "23:19: error: unknown event \"login\"",
      ]
    ),
    ("points: {at_least", "points: {start: 3, at_least", ["39:27: error: \"start\" goes with \"each\" only"]),
    (
      "points: {at_least: [{limit: 9, points: 10}, {limit: 7, points: 5}]}", "points: {each: 1, share: true}",
      ["39:29: error: \"points\" has only one of \"below\", \"at_least\", \"each\", \"share\", \"values\"; \"each\" is there already"]
    ),
    ("penalty: 10}", "penalty: 10, older_than: 3d}", ["31:64: error: \"older_than\" goes with \"tickets: unresolved\" only"]),
    ("signal: nps", "signal: plan", ["38:19: error: \"at_least\" needs a number or a duration, this signal is a text"]),
  ]

  /// Errors at the wrong word of an expression, in every way YAML writes a scalar.
  static let expressions: [(String, String, [String])] = [
    (
      "enterprise: plan == \"enterprise\"", "enterprise: plann == \"enterprise\"",
      ["14:15: error: unknown name \"plann\", did you mean \"plan\"?"]
    ),
    (
      "enterprise: plan == \"enterprise\"", "enterprise: seats > 1 and pln == \"a\"",
      ["14:29: error: unknown name \"pln\", did you mean \"plan\"?"]
    ),
    (
      "enterprise: plan == \"enterprise\"", "enterprise: \"seats > 1 and pln == \\\"a\\\" or age(logn) > 1d\"",
      [
        "14:30: error: unknown name \"pln\", did you mean \"plan\"?", "14:50: error: unknown event \"logn\", did you mean \"login\"?",
      ]
    ),
    ("'age(login) > 14d'", "'name == \"it''s\" and age(logn) > 14d'", ["15:42: error: unknown event \"logn\", did you mean \"login\"?"]),
    (
      "enterprise: plan == \"enterprise\"", "enterprise: seats > 1\n    and seats > 2\n    and pln == \"a\"",
      ["16:9: error: unknown name \"pln\", did you mean \"plan\"?"]
    ),
    (
      "enterprise: plan == \"enterprise\"", "enterprise: >\n    seats > 1 and\n    pln == \"a\"",
      ["16:5: error: unknown name \"pln\", did you mean \"plan\"?"]
    ),
    (
      "enterprise: plan == \"enterprise\"", "enterprise: |-\n    seats > 1\n      and pln == \"a\"",
      ["16:11: error: unknown name \"pln\", did you mean \"plan\"?"]
    ),
    ("when: payment_failed", "when: payment_faild", ["46:31: error: unknown name \"payment_faild\", did you mean \"payment_failed\"?"]),
    ("when: payment_failed", "when: mrr", ["46:31: error: expected a condition (true or false), this is a number"]),
    ("when: payment_failed", "when: score < 3", ["46:31: error: \"score\" cannot be used in the health model, which makes it"]),
    ("when: seats > 100", "when: goals > 1", ["9:15: error: a goal's condition cannot ask for goals"]),
    (
      "enterprise: plan == \"enterprise\"", "enterprise: in_segment(quiet)\n  loop: in_segment(loop)",
      ["15:20: error: segments cannot refer to each other in a circle: loop → loop"]
    ),
    (
      "enterprise: plan == \"enterprise\"", "enterprise: score < 3",
      ["42:16: error: segment \"enterprise\" asks for the score or the band, so the health model, which makes them, cannot use it"]
    ),
  ]

  @Test("are told by file, line, column, reason and what was meant", arguments: shapes + meanings + expressions)
  func diagnostics(old: String, new: String, expected: [String]) {
    #expect(Fixture.diagnostics(old, new) == expected, "\(new)")
  }

  @Test("Rule 9: a file with any error gives no blueprint", arguments: shapes + expressions)
  func noBlueprint(old: String, new: String, expected: [String]) throws {
    let range = try #require(Fixture.base.range(of: old))
    #expect(Fixture.load(Fixture.base.replacingCharacters(in: range, with: new)).blueprint == nil)
  }

  @Test(
    "out of range are allowed where `unchecked: true` stands beside or above",
    arguments: [
      ("healthy_from: 70", "unchecked: true, healthy_from: 95"),
      ("{within: 1d,", "{unchecked: true, within: 12h,"),
      ("age_of: login\n", "age_of: login\n          unchecked: true\n"),
      ("penalty: 10", "penalty: 3, unchecked: true"),
      ("critical: {", "critical: {unchecked: true, cool_down: 90d, "),
    ])
  func unchecked(old: String, new: String) {
    #expect(Fixture.diagnostics(old, new) == [])
  }

  @Test("stand in a file with line ends of Windows where they stand in one without", arguments: shapes + meanings + expressions)
  func lineEnds(old: String, new: String, expected: [String]) throws {
    let range = try #require(Fixture.base.range(of: old))
    let text = Fixture.base.replacingCharacters(in: range, with: new)
    #expect(Fixture.load(text.replacing("\n", with: "\r\n")).diagnostics == Fixture.load(text).diagnostics)
  }

  @Test("a top-level key stands in one file only")
  func twoFiles() {
    let result = SettingsLoader.load(
      files: [("a.yaml", Fixture.base), ("b.yaml", "# more\ncompany: Other\n")], environment: Fixture.environment)
    #expect(
      result.diagnostics.map(\.description) == [
        "b.yaml:2:1: error: \"company\" stands in a.yaml:1 already; a top-level key stands in one file only"
      ])
  }

  @Test(
    "broken YAML is told with its place",
    arguments: [
      ("company: Acme\n  x: 1", "2:4: error: not valid YAML: mapping values are not allowed in this context"),
      ("company: [a", "2:1: error: not valid YAML"),
      ("- a\n- b", "1:1: error: a settings file is a mapping of keys like \"company:\", this is a list"),
      ("company: *x", "1:10: error: not valid YAML: found undefined alias"),
      ("company: &x Acme", "1:10: error: YAML anchors and aliases (&name, *name) are not supported; write the value out"),
      ("company: a\u{0}b", "1:1: error: the file holds a NUL character; it is no text file"),
      ("company: a\n---\ncompany: b", "2:1: error: not valid YAML: but found another document"),
      ("? [a, b]\n: c", "1:3: error: a key is a single word here"),
    ])
  func brokenYAML(text: String, expected: String) {
    let diagnostics = Fixture.load(text).diagnostics.map { String($0.description.dropFirst("a.yaml:".count)) }
    #expect(diagnostics.contains { $0.hasPrefix(expected) }, "\(diagnostics)")
  }
}
