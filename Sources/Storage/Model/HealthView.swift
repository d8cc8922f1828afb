import Domain
import SQL

/// `customer_health_scores`: every customer's score for people's own queries. On SQLite a view that is always right; on PostgreSQL a
/// materialized view, right as of its last refresh.
public struct HealthView: Sendable {
  public let model: ModelSQL
  private var dialect: Dialect { model.dialect }

  public init(_ model: ModelSQL) { self.model = model }

  /// The view, as statements call it.
  public static let name = "customer_health_scores"

  /// Changes whenever the view would be another one.
  public var marker: String {
    "Holdfast health model \(SQLText.comment(model.model.version)), query \(StableHash.fnv1a128Hex(Array(query.utf8)))"
  }

  /// Yields the marker of the view that is there, in one row and column, or NULL: where it is `marker` nothing needs to be done.
  public var markerQuery: String {
    dialect.twin(
      sqlite: """
        SELECT SUBSTR(sql, INSTR(sql, 'Holdfast health model'), \(marker.unicodeScalars.count)) FROM sqlite_master
        WHERE type = 'view' AND name = 'customer_health_scores'
        """,
      postgres: "SELECT obj_description(to_regclass('\(Self.name)'), 'pg_class')")
  }

  /// Statements that put the view in the place of whatever version was there; to be run in one transaction, one by one. On PostgreSQL
  /// readers of the old one wait only for the last steps.
  public var replacement: [String] {
    switch dialect {
    case .sqlite:
      return ["DROP VIEW IF EXISTS \(Self.name)", "CREATE VIEW \(Self.name) AS -- \(marker)\n\(query)"]
    case .postgres:
      let next = "customer_health_scores_next"
      return [
        "DROP MATERIALIZED VIEW IF EXISTS \(next)",
        "CREATE MATERIALIZED VIEW \(next) AS\n\(query)\nWITH DATA",
        "CREATE UNIQUE INDEX customer_health_scores_next_customer ON \(next) (customer_id)",
        "COMMENT ON MATERIALIZED VIEW \(next) IS \(SQLText(dialect: dialect).literal(marker))",
        Self.handOverGrants,
        "DROP MATERIALIZED VIEW IF EXISTS \(Self.name)",
        "ALTER MATERIALIZED VIEW \(next) RENAME TO customer_health_scores",
        "ALTER INDEX customer_health_scores_next_customer RENAME TO customer_health_scores_customer",
      ]
    }
  }

  /// Whoever may read the old view may read the new one.
  private static let handOverGrants = """
    DO $$
    DECLARE allowed RECORD;
    BEGIN
      FOR allowed IN
        SELECT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END AS grantee,
          acl.privilege_type AS privilege, CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS option
        FROM pg_class, aclexplode(pg_class.relacl) AS acl
        WHERE pg_class.oid = to_regclass('customer_health_scores') AND acl.grantee <> pg_class.relowner
      LOOP
        EXECUTE format('GRANT %s ON customer_health_scores_next TO %s%s', allowed.privilege, allowed.grantee, allowed.option);
      END LOOP;
    END $$
    """

  /// People's own views that are made from this one, by name: it cannot be replaced while they are there.
  public static func dependents(_ connection: any Connection) throws -> [String] {
    guard connection.dialect == .postgres else { return [] }
    return try connection.rows(
      """
      SELECT DISTINCT dependent.oid::regclass::text FROM pg_depend
      JOIN pg_rewrite ON pg_rewrite.oid = pg_depend.objid AND pg_depend.classid = 'pg_rewrite'::regclass
      JOIN pg_class AS dependent ON dependent.oid = pg_rewrite.ev_class
      WHERE pg_depend.refobjid = to_regclass('\(name)') AND dependent.oid <> pg_depend.refobjid ORDER BY 1
      """
    ) { $0.text(0) }
  }

  /// Brings the rows of the materialized view up to date while others read it; a view of SQLite has no rows of its own.
  public static let refresh = "REFRESH MATERIALIZED VIEW CONCURRENTLY customer_health_scores"

  /// All of it as a script for people: the statements with semicolons.
  public var script: String {
    let statements = replacement.map { "\($0);\n" }.joined(separator: "\n")
    return dialect.twin(sqlite: "\(model.heading)\n\(statements)", postgres: "\(model.heading)\nBEGIN;\n\n\(statements)\nCOMMIT;\n")
  }

  /// The model's query with the columns that people ask for, and real times.
  private var query: String {
    var outer = SQLQuery(name: "", columns: [], source: ["(", Self.indented(model.query(at: .now)), ") AS model"])
    for (column, name) in model.columns {
      switch column {
      case .customer, .pillar, .score, .band: outer.columns.append(.init(expression: name, raw: nil))
      case .calculatedAt, .lastActivity: outer.columns.append(.init(expression: time(name), raw: name))
      case .shard, .variant, .measure, .cap: break
      }
    }
    return outer.select(indent: "")
  }

  private static func indented(_ text: String) -> String {
    "  " + text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
  }

  /// Microseconds as a time: ISO 8601 in UTC with microseconds, or a `timestamptz`.
  private func time(_ column: String) -> String {
    dialect.twin(
      sqlite: """
        STRFTIME('%Y-%m-%dT%H:%M:%S', \(column) / 1000000, 'unixepoch') || PRINTF('.%06dZ', \(column) % 1000000)
        """,
      postgres: "TIMESTAMPTZ 'epoch' + \(column) * INTERVAL '1 microsecond'")
  }
}
