import SQL

/// Routes in the order in which they are followed, and the oldest of all: the one index that does not begin with the shard, because an
/// owner follows its shards along the log. On PostgreSQL what is taken out of the table stays in the way until a vacuum, which does not
/// hold back here.
enum Migration0010 {
  static let migration = Migration(
    sqlite: index, postgres: index + "ALTER TABLE route SET (autovacuum_vacuum_cost_delay = 0);\n")

  private static let index = """
    CREATE INDEX route_position ON route (position, kind, part);

    """
}
