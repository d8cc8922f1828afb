import Domain
import Settings
import Testing

@Suite("Sources in settings")
struct SourceSettingsTests {
  private static let good = """
      app:
        kind: customers
        database: ${APP}
        query: |
          SELECT id, name, plan, updated_at
          FROM accounts
        watermark: updated_at
        map: {id: id}
        attributes: [plan]

    """

  private static func load(_ sources: String, environment: [String: String] = ["APP": "postgres://u:geheim@db/app"]) -> LoadResult {
    SettingsLoader.load(
      files: [("a.yaml", Fixture.base + "sources:\n" + sources)], environment: environment.merging(Fixture.environment) { a, _ in a })
  }

  /// What is said after one change, with lines counted from the word `sources:`.
  private static func diagnostics(_ old: String, _ new: String) -> [String] {
    guard let range = good.range(of: old) else { return ["the text does not hold \(old)"] }
    let above = Fixture.base.split(separator: "\n", omittingEmptySubsequences: false).count - 1
    return load(good.replacingCharacters(in: range, with: new)).diagnostics.map {
      "\($0.line - above):\($0.column): \($0.severity.rawValue): \($0.message)" + ($0.suggestion.map { " [\($0)]" } ?? "")
    }
  }

  @Test("A source is read whole, with its defaults")
  func reads() throws {
    let result = Self.load(Self.good)
    #expect(result.diagnostics.isEmpty)
    let source = try #require(result.blueprint?.sources.first)
    #expect(source.name == "app" && source.kind == .customers && source.watermark == "updated_at")
    #expect(source.query == "SELECT id, name, plan, updated_at\nFROM accounts\n")
    #expect(source.map == ["id": "id"] && source.extras == [Source.Extra(name: "plan", column: "plan")])
    #expect(source.every == .hours(1) && source.overlap == .minutes(5) && source.fullMinute == 180 && source.pageSize == 1_000)
    #expect(source.tellsDeletions)
    guard case .postgres(let url)? = source.database else { throw TestFailure() }
    #expect(url.reveal() == "postgres://u:geheim@db/app" && !"\(source)".contains("geheim"))
  }

  private struct TestFailure: Error {}

  @Test("Every setting of a source arrives")
  func settings() throws {
    let text = """
        files:
          kind: contacts
          database: sqlite:data/app.db
          query: SELECT 1 AS id;
          watermark: changed
          every: 5m
          overlap: 0s
          full: off
          deletions: ignore
          page: 50
          traits: {role: position, source: '"app"'}

      """
    let result = Self.load(text)
    #expect(result.diagnostics.isEmpty)
    let source = try #require(result.blueprint?.sources.first)
    #expect(source.database == .sqlite(path: "data/app.db") && source.query == "SELECT 1 AS id")
    #expect(source.every == .minutes(5) && source.overlap == .zero && source.fullMinute == nil && source.pageSize == 50)
    #expect(!source.tellsDeletions)
    #expect(source.extras == [Source.Extra(name: "role", column: "position"), Source.Extra(name: "source", column: "\"app\"")])
  }

  static let wrong: [(String, String, [String])] = [
    (
      "kind: customers", "kind: customer",
      ["3:11: error: \"kind\" is customers, contacts, tickets or subscriptions, not \"customer\" [customers]"]
    ),
    ("kind: customers", "kind: events", ["3:11: error: \"kind\" is customers, contacts, tickets or subscriptions, not \"events\""]),
    ("${APP}", "${NOT_SET}", ["4:15: warning: the environment variable NOT_SET is not set; this source reads nothing until it is"]),
    (
      "${APP}", "mysql://db/app",
      [
        "4:15: error: \"database\" begins with postgres:// or sqlite:, like sqlite:app.db",
        "4:15: warning: a secret stands in the open here; keep it in an environment variable or a file [${APP_DATABASE_URL}]",
      ]
    ),
    ("SELECT id", "DELETE id", ["6:7: error: \"query\" is a SELECT, or a WITH that ends in one: sources only read"]),
    ("FROM accounts", "FROM accounts; DROP TABLE accounts", ["7:20: error: \"query\" is one statement; something follows this semicolon"]),
    ("FROM accounts", "FROM accounts) x", ["7:20: error: \"query\" closes a bracket here that was never opened"]),
    ("FROM accounts", "FROM (accounts", ["7:12: error: \"query\" has a bracket that is never closed"]),
    ("FROM accounts", "WHERE name = 'it''s", ["7:20: error: \"query\" has a quote that is never closed"]),
    ("FROM accounts", "WHERE a > $1", ["7:17: error: \"query\" takes no parameters; what has changed is found by \"watermark\""]),
    (
      "map: {id: id}", "map: {idd: id}",
      [
        "9:11: error: customers have no field \"idd\"; they have id, name, created_at, updated_at [id]"
      ]
    ),
    ("map: {id: id}", "map: {id: '{a}-{b}'}", ["9:15: error: the id of a row is one column; put it together in the query"]),
    ("attributes: [plan]", "traits: [plan]", ["10:13: error: customers have no traits [attributes]"]),
    (
      "attributes: [plan]", "attributes: plan",
      [
        "10:17: error: \"attributes\" is a list of columns, or names with a column each, this is a single value [[plan]]"
      ]
    ),
    ("attributes: [plan]", "every: 10s", ["10:12: error: \"every\" is 1m to 7d, not 10s; \"unchecked: true\" beside it allows any"]),
    ("attributes: [plan]", "full: 3", ["10:11: error: \"full\" is a time of day like \"02:00\", or off, not \"3\""]),
    (
      "watermark: updated_at", "full: \"04:00\"",
      [
        "8:11: warning: without a \"watermark\" every run reads all rows, and \"full\" changes nothing"
      ]
    ),
  ]

  @Test("What is wrong with a source is said at its place", arguments: wrong)
  func diagnostics(old: String, new: String, expected: [String]) {
    #expect(Self.diagnostics(old, new).sorted() == expected.sorted())
  }

  @Test(
    "Semicolons, brackets, quotes and dollars in strings, names and comments are none",
    arguments: [
      "SELECT ';' AS a, ')' AS b, '$1' AS c FROM t", "SELECT \"a;)\" FROM t", "WITH x AS (SELECT 1) SELECT * FROM x",
      "SELECT 1 -- ; ) ' $1", "SELECT /* ; ) ' /* nested ; */ $2 */ 1", "SELECT $$ ; ) ' $1 $$", "SELECT $tag$ $$ ; $tag$",
      "SELECT E'it\\'s ; )'", "  \n-- what we sell\nselect 1", "(SELECT 1)", "SELECT 1 ;  -- the end", "SELECT a$1 FROM t",
    ])
  func harmless(query: String) {
    let block = query.split(separator: "\n", omittingEmptySubsequences: false).map { "      " + $0 }.joined(separator: "\n")
    let result = Self.load("  s:\n    kind: tickets\n    database: sqlite:a.db\n    query: |2\n\(block)\n")
    #expect(result.diagnostics.isEmpty)
    #expect(result.blueprint?.sources.count == 1)
  }
}
