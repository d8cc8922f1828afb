import Domain
import SQL

/// The tables that are folds of the log and nothing else: a rebuild makes them anew.
public enum DerivedTables {
  private static let columns: [(table: String, columns: String, key: String)] = [
    ("actor", "id, link, link_at, tie, tie_at, root, customer", "id"),
    ("customer", "shard, id, first_seen, first_heard, is_named, attributes, sort_name, started_at", "shard, id"),
    ("contact", "shard, customer, id, attributes", "shard, customer, id"),
    ("usage_daily", "shard, customer, actor, pinned, event, day, count, first, last", "shard, customer, actor, pinned, event, day"),
    ("pinned_actor", "actor, customer", "actor, customer"),
    ("customer_event", "shard, customer, at, position, actor, pinned", "shard, customer, at, position"),
    ("ticket", "shard, customer, id, actor, pinned, state", "shard, customer, id, actor, pinned"),
    ("subscription", "shard, customer, id, actor, pinned, state", "shard, customer, id, actor, pinned"),
    ("survey_response", "shard, customer, id, actor, pinned, state", "shard, customer, id, actor, pinned"),
  ]

  /// A digest of each table's rows, by table name.
  public static func digests(_ connection: any Connection) throws -> [String: UInt64] {
    var digests: [String: UInt64] = [:]
    for (table, columns, key) in columns {
      let width = columns.split(separator: ",").count
      var digest: UInt64 = 0xcbf2_9ce4_8422_2325
      try connection.stream("SELECT \(columns) FROM \(table) ORDER BY \(key)", []) { row in
        for column in 0..<width {
          let text = row.isNull(column) ? "\u{0}" : row.text(column)
          for byte in text.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
          digest = (digest ^ 0xff) &* 0x0000_0100_0000_01b3
        }
        return true
      }
      digests[table] = digest
    }
    return digests
  }

  public static func clear(_ connection: any Connection) throws {
    for (table, _, _) in columns { try connection.execute("DELETE FROM \(table)") }
  }
}
