import SQL

/// What the health model's SQL says otherwise in one database than in the other.
extension Dialect {
  func least(_ a: String, _ b: String) -> String { twin(sqlite: "MIN(\(a), \(b))", postgres: "LEAST(\(a), \(b))") }
  func greatest(_ a: String, _ b: String) -> String { twin(sqlite: "MAX(\(a), \(b))", postgres: "GREATEST(\(a), \(b))") }

  /// The whole part of a number that is not negative, as an integer. PostgreSQL's cast would round, halves to even.
  func whole(_ number: String, as type: String = "BIGINT") -> String {
    twin(sqlite: "CAST(\(number) AS \(type))", postgres: "CAST(FLOOR(\(number)) AS \(type))")
  }

  /// Keeps the planner from copying a query's columns to each place that uses them.
  var fence: String { twin(sqlite: "LIMIT -1 OFFSET 0", postgres: "OFFSET 0") }

  /// A JSON column, parsed.
  func document(_ column: String) -> String { twin(sqlite: column, postgres: "\(column)::jsonb") }

  /// Text by its bytes: what JSON holds comes with the database's own order otherwise.
  func bytewise(_ text: String) -> String { twin(sqlite: text, postgres: "(\(text)) COLLATE \"C\"") }

  /// The present, in microseconds since 1970. SQLite's clock tells milliseconds.
  var now: String {
    twin(
      sqlite: "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS BIGINT) * 1000",
      postgres: "CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)")
  }

  /// Joins a table with the elements of an array in a JSON column; each has its JSON as `change.value`.
  func elements(of table: String, column: String, member: String) -> String {
    twin(
      sqlite: "\(table) JOIN json_each(\(table).\(column), '$.\(member)') AS change",
      postgres: "\(table) CROSS JOIN LATERAL jsonb_array_elements(\(table).\(column)::jsonb -> '\(member)') AS change (value)")
  }

  /// The kind of the first element of a JSON array, and its names.
  func kind(of array: String) -> String { twin(sqlite: "json_type(\(array), '$[0]')", postgres: "jsonb_typeof(\(array) -> 0)") }
  var textKind: String { twin(sqlite: "'text'", postgres: "'string'") }
  var numberKinds: String { twin(sqlite: "IN ('integer', 'real')", postgres: "= 'number'") }

  func booleanElement(of array: String) -> String {
    twin(
      sqlite: "CASE \(kind(of: array)) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END",
      postgres: "CASE \(kind(of: array)) WHEN 'boolean' THEN (\(array) ->> 0)::boolean END")
  }

  /// The first element as text: a text that is not blank, a number without exponent or needless fraction. See `JSON.plainText`.
  func textElement(of array: String) -> String {
    twin(
      sqlite: """
        CASE \(kind(of: array))
            WHEN 'text' THEN CASE WHEN \(array) ->> 0 GLOB '*[^' || char(1) || '- ]*' THEN \(array) ->> 0 END
            WHEN 'integer' THEN CAST(\(array) ->> 0 AS TEXT)
            WHEN 'real' THEN CASE
              WHEN \(array) ->> 0 = CAST(\(array) ->> 0 AS BIGINT) THEN CAST(CAST(\(array) ->> 0 AS BIGINT) AS TEXT)
              WHEN ABS(\(array) ->> 0) >= 0.0001 AND ABS(\(array) ->> 0) < 1e15 THEN \(array) -> 0
            END
          END
        """,
      postgres: """
        CASE \(kind(of: array))
            WHEN 'string' THEN CASE WHEN \(array) ->> 0 ~ '[^\\x01-\\x20]' THEN \(array) ->> 0 END
            WHEN 'number' THEN CASE
              WHEN (\(array) ->> 0)::numeric = TRUNC((\(array) ->> 0)::numeric) THEN
                CASE WHEN (\(array) ->> 0)::numeric BETWEEN -9223372036854775808 AND 9223372036854775807
                  THEN TRUNC((\(array) ->> 0)::numeric)::text END
              WHEN ABS((\(array) ->> 0)::numeric) >= 0.0001 AND ABS((\(array) ->> 0)::numeric) < 1e15 THEN \(array) ->> 0
            END
          END
        """)
  }

  /// Whether a text holds another, ignoring the case of ASCII letters.
  func contains(_ whole: String, _ part: String) -> String {
    twin(
      sqlite: "INSTR(LOWER(\(whole)), LOWER(\(part))) > 0",
      postgres: "STRPOS(LOWER((\(whole)) COLLATE \"C\"), LOWER((\(part)) COLLATE \"C\")) > 0")
  }
}
