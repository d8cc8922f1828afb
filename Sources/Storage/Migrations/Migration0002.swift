import Domain
import SQL

/// Several nodes: who is there, whose shards are whose, what is routed and not yet folded; deliveries by shard, with who is sending them.
/// On PostgreSQL the log is divided by position, which is by time.
enum Migration0002 {
  static let migration = Migration(sqlite: shared, postgres: Migration.postgres(shared) + partitions, step: moveDeliveries)

  private static let shared = """
    CREATE TABLE node (
      fence INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      beat INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE shard (
      shard INTEGER NOT NULL PRIMARY KEY,
      owner INTEGER,
      blueprint TEXT,
      checked_at INTEGER,
      arrivals TEXT
    ) STRICT, WITHOUT ROWID;
    INSERT INTO shard (shard) WITH RECURSIVE numbers (n) AS (
      SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 255) SELECT n FROM numbers;

    CREATE TABLE log_mark (
      name TEXT NOT NULL PRIMARY KEY,
      position INTEGER NOT NULL,
      owner INTEGER
    ) STRICT, WITHOUT ROWID;
    INSERT INTO log_mark (name, position) SELECT 'appended', COALESCE(MAX(position), 0) FROM event;
    INSERT INTO log_mark (name, position) SELECT 'routed', COALESCE(MAX(position), 0) FROM fold;
    INSERT INTO log_mark (name, position) VALUES ('fence', 0);
    DROP TABLE fold;

    CREATE TABLE route (
      shard INTEGER NOT NULL,
      position INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      actor TEXT NOT NULL,
      part INTEGER NOT NULL,
      customer TEXT NOT NULL,
      pinned INTEGER NOT NULL,
      person TEXT NOT NULL,
      payload TEXT,
      PRIMARY KEY (shard, position, kind, actor, part)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE delivery RENAME TO delivery_before;
    DROP INDEX delivery_due;
    DROP INDEX delivery_created;
    CREATE TABLE delivery (
      shard INTEGER NOT NULL,
      key TEXT NOT NULL,
      customer TEXT,
      channel TEXT NOT NULL,
      payload TEXT NOT NULL,
      title TEXT NOT NULL,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      next_attempt_at INTEGER NOT NULL,
      finished_at INTEGER,
      last_error TEXT,
      claimed_by INTEGER,
      PRIMARY KEY (shard, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX delivery_due ON delivery (channel, next_attempt_at) WHERE state = 'pending';
    CREATE INDEX delivery_sending ON delivery (claimed_by) WHERE state = 'sending';
    CREATE INDEX delivery_created ON delivery (created_at);
    CREATE INDEX delivery_key ON delivery (key);

    """

  /// Positions are microseconds, so that ranges of them are ranges of time. What falls outside the parts made ahead goes to the rest.
  private static let partitions = """
    DROP TABLE event;
    CREATE TABLE event (
      position BIGINT NOT NULL PRIMARY KEY,
      shard BIGINT NOT NULL,
      kind TEXT COLLATE "C" NOT NULL,
      name TEXT COLLATE "C",
      contact TEXT COLLATE "C",
      anonymous TEXT COLLATE "C",
      customer TEXT COLLATE "C",
      message_id TEXT COLLATE "C" NOT NULL,
      at BIGINT NOT NULL,
      version BIGINT NOT NULL,
      received_at BIGINT NOT NULL,
      payload TEXT COLLATE "C" NOT NULL
    ) PARTITION BY RANGE (position);
    CREATE TABLE event_rest PARTITION OF event DEFAULT;
    ALTER TABLE usage_daily SET (fillfactor = 80);
    ALTER TABLE health SET (fillfactor = 80);
    ALTER TABLE customer SET (fillfactor = 80);
    ALTER TABLE counter SET (fillfactor = 50);
    ALTER TABLE log_mark SET (fillfactor = 10);
    ALTER TABLE node SET (fillfactor = 50);

    """

  /// The shard of a delivery is a hash that only the program can work out.
  @Sendable private static func moveDeliveries(_ connection: any Connection) throws {
    let columns =
      "key, customer, channel, payload, title, state, attempts, created_at, next_attempt_at, finished_at, last_error"
    let customers = try connection.rows("SELECT key, customer FROM delivery_before") { ($0.text(0), $0.optionalText(1)) }
    for (key, customer) in customers {
      try connection.execute(
        "INSERT INTO delivery (shard, \(columns)) SELECT $1, \(columns) FROM delivery_before WHERE key = $2",
        [DeliveryQueries.shard(of: customer), key])
    }
    try connection.script("DROP TABLE delivery_before")
  }
}
