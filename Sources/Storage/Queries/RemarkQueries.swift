import Domain
import SQL

/// The table of notes.
public enum NoteQueries {
  public static func insert(_ note: CustomerNote, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO note (shard, customer, id, at, author, body) VALUES ($1, $2, $3, $4, $5, $6)",
      [Shard.number(of: note.customer), note.customer, note.id, note.at.microseconds, note.author, note.text])
  }

  /// A customer's notes, newest first.
  public static func all(customer: String, limit: Int, _ connection: any Connection) throws -> [CustomerNote] {
    try connection.rows(
      "SELECT id, at, author, body FROM note WHERE shard = $1 AND customer = $2 ORDER BY at DESC, id DESC LIMIT $3",
      [Shard.number(of: customer), customer, limit]
    ) { CustomerNote(id: $0.text(0), customer: customer, at: Instant(microseconds: $0.integer(1)), author: $0.text(2), text: $0.text(3)) }
  }
}

/// The table of how managers see their customers.
public enum PulseQueries {
  /// Puts one in; of two at the same instant the later one stays.
  public static func save(_ pulse: CustomerPulse, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO pulse (shard, customer, at, author, mood, body) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (shard, customer, at) DO UPDATE SET author = excluded.author, mood = excluded.mood, body = excluded.body
      """,
      [Shard.number(of: pulse.customer), pulse.customer, pulse.at.microseconds, pulse.author, pulse.mood.rawValue, pulse.text])
  }

  /// How a customer is seen now; `nil`: nobody has said.
  public static func newest(customer: String, _ connection: any Connection) throws -> CustomerPulse? {
    try all(customer: customer, limit: 1, connection).first
  }

  /// How a customer was seen, newest first.
  public static func all(customer: String, limit: Int, _ connection: any Connection) throws -> [CustomerPulse] {
    try connection.rows(
      "SELECT at, author, mood, body FROM pulse WHERE shard = $1 AND customer = $2 ORDER BY at DESC LIMIT $3",
      [Shard.number(of: customer), customer, limit]
    ) { row in
      guard let mood = CustomerPulse.Mood(rawValue: row.text(2)) else { throw unreadable("pulse.mood", row.text(2)) }
      return CustomerPulse(
        customer: customer, at: Instant(microseconds: row.integer(0)), author: row.text(1), mood: mood, text: row.text(3))
    }
  }
}

/// What people have to do and have said about a customer, as a whole: tasks, notes and how it is seen.
public enum WorkQueries {
  private static let tables = ["task", "note", "pulse"]

  /// Hands all of it over to another customer: the first has turned out to be one of the second's contacts.
  public static func move(from: String, to: String, _ connection: any Connection) throws {
    for table in ["task", "note"] {
      try connection.execute(
        "UPDATE \(table) SET shard = $1, customer = $2 WHERE shard = $3 AND customer = $4",
        [Shard.number(of: to), to, Shard.number(of: from), from])
    }
    for pulse in try PulseQueries.all(customer: from, limit: 100_000, connection) {
      var pulse = pulse
      pulse.customer = to
      try PulseQueries.save(pulse, connection)
    }
    try connection.execute("DELETE FROM pulse WHERE shard = $1 AND customer = $2", [Shard.number(of: from), from])
  }

  public static func delete(customer: String, _ connection: any Connection) throws {
    for table in tables {
      try connection.execute("DELETE FROM \(table) WHERE shard = $1 AND customer = $2", [Shard.number(of: customer), customer])
    }
  }
}
