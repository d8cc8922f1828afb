import SQL

/// Routes in the order in which they are followed, and the oldest of all. On PostgreSQL what is taken out of the table stays in the way
/// until a vacuum: it comes early there, and does not hold back.
enum Migration0010 {
  static let migration = Migration(
    sqlite: index,
    postgres: index + """
      ALTER TABLE route SET (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);

      """)

  private static let index = """
    CREATE INDEX route_position ON route (position, kind, part);

    """
}
