import DatabaseKit
import SQL
import SQLite
import Testing

@Suite("Values go into the embedded database and come out the same")
struct SQLiteSessionTests {
  private static let texts = ["", "a", "naïve 😀", "with\u{0}zero", String(repeating: "long ", count: 10_000)]
  private static let bytes: [[UInt8]] = [[], [0], [0, 255, 1], Array(repeating: 7, count: 70_000)]

  @Test("Texts, bytes, numbers and NULL are stored as they are, the empty ones too")
  func roundTrip() async throws {
    try await withTemporarySQLite { database in
      let (texts, blobs, missing) = try await database.write { connection in
        try connection.script("CREATE TABLE tried (id INTEGER PRIMARY KEY, t TEXT, b BLOB, i INTEGER, r REAL) STRICT")
        for (id, text) in Self.texts.enumerated() {
          let changed = try connection.execute("INSERT INTO tried (id, t, i, r) VALUES ($1, $2, $3, $4)", [id, text, Int64.min, 0.1])
          #expect(changed == 1)
        }
        for (id, blob) in Self.bytes.enumerated() { try connection.execute("INSERT INTO tried (id, b) VALUES ($1, $2)", [100 + id, blob]) }
        return (
          try connection.rows("SELECT t, i, r FROM tried WHERE id < 100 ORDER BY id") { ($0.text(0), $0.integer(1), $0.real(2)) },
          try connection.rows("SELECT b FROM tried WHERE id >= 100 ORDER BY id") { $0.blob(0) },
          try connection.rows("SELECT id FROM tried WHERE (id < 100 AND t IS NULL) OR (id >= 100 AND b IS NULL)") { $0.int(0) }
        )
      }
      #expect(texts.map(\.0) == Self.texts)
      #expect(texts.allSatisfy { $0.1 == .min && $0.2 == 0.1 })
      #expect(blobs == Self.bytes)
      #expect(missing.isEmpty)
    }
  }

  @Test("A statement may run while another of the same text is being read")
  func nested() async throws {
    try await withTemporarySQLite { database in
      let pairs = try await database.write { connection -> [String] in
        try connection.script("CREATE TABLE number (n INTEGER PRIMARY KEY) STRICT")
        for number in 1...3 { try connection.execute("INSERT INTO number (n) VALUES ($1)", [number]) }
        var pairs: [String] = []
        let sql = "SELECT n FROM number WHERE n >= $1 ORDER BY n"
        try connection.each(sql, [1]) { outer in
          let inner = try connection.rows(sql, [outer.integer(0)]) { $0.int(0) }
          pairs.append("\(outer.int(0)): \(inner)")
          return true
        }
        return pairs
      }
      #expect(pairs == ["1: [1, 2, 3]", "2: [2, 3]", "3: [3]"])
    }
  }

  @Test("Too few or too many values are an error, and what the transaction wrote before is taken back")
  func wrongCount() async throws {
    try await withTemporarySQLite { database in
      try await database.write { try $0.script("CREATE TABLE number (n INTEGER PRIMARY KEY) STRICT") }
      for values: [Int] in [[], [2, 3]] {
        await #expect(throws: DatabaseFailure.self) {
          try await database.write { connection in
            try connection.execute("INSERT INTO number (n) VALUES (1)")
            try connection.execute("INSERT INTO number (n) VALUES ($1)", values)
          }
        }
      }
      #expect(try await database.read { try $0.rows("SELECT n FROM number") { $0.int(0) } } == [])
    }
  }

  @Test("A refused row is told apart from a database that fails")
  func constraint() async throws {
    try await withTemporarySQLite { database in
      let failure = await #expect(throws: DatabaseFailure.self) {
        try await database.write { connection in
          try connection.script("CREATE TABLE number (n INTEGER PRIMARY KEY) STRICT")
          for _ in 1...2 { try connection.execute("INSERT INTO number (n) VALUES ($1)", [1]) }
        }
      }
      #expect(failure?.kind == .constraint)
    }
  }
}
