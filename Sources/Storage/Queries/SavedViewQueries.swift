import Domain
import SQL

/// The table of saved views.
public enum SavedViewQueries {
  private static let columns = "id, name, owner, is_shared, condition, sort, columns"

  /// Inserts or replaces by id; whose it is stays.
  public static func save(_ view: SavedView, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO saved_view (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_shared = excluded.is_shared, condition = excluded.condition,
        sort = excluded.sort, columns = excluded.columns
      """,
      [
        view.id, view.name, view.owner, view.isShared, view.condition, view.sort,
        JSON.array(view.columns.map(JSON.string)).printed(),
      ])
  }

  public static func load(id: String, _ connection: any Connection) throws -> SavedView? {
    try connection.first("SELECT \(columns) FROM saved_view WHERE id = $1", [id], view)
  }

  /// - Returns: whether it was there.
  @discardableResult
  public static func delete(id: String, _ connection: any Connection) throws -> Bool {
    try connection.execute("DELETE FROM saved_view WHERE id = $1", [id]) > 0
  }

  /// A person's own views, then those that others share, each by name.
  public static func visible(to owner: String, limit: Int, _ connection: any Connection) throws -> [SavedView] {
    let own = try connection.rows(
      "SELECT \(columns) FROM saved_view WHERE owner = $1 ORDER BY name, id LIMIT $2", [owner, limit], view)
    guard own.count < limit else { return own }
    return try own
      + connection.rows(
        "SELECT \(columns) FROM saved_view WHERE is_shared = 1 AND owner <> $1 ORDER BY name, id LIMIT $2", [owner, limit - own.count], view
      )
  }

  public static func count(owner: String, _ connection: any Connection) throws -> Int {
    try connection.first("SELECT COUNT(*) FROM saved_view WHERE owner = $1", [owner]) { $0.int(0) } ?? 0
  }

  private static func view(_ row: any Row) -> SavedView {
    // Columns that cannot be read are those that are usual.
    let names = (try? JSON.parse(row.text(6)))?.array ?? []
    return SavedView(
      id: row.text(0), name: row.text(1), owner: row.text(2), isShared: row.bool(3), condition: row.text(4), sort: row.text(5),
      columns: names.compactMap(\.string))
  }
}
