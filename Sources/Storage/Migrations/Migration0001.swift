/// The first schema. Once shipped a migration never changes; instants are microseconds, ids are made by the
/// program, every hot key begins with (shard, customer).
enum Migration0001 {
  static let script = """
    CREATE TABLE setting (
      name TEXT NOT NULL PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT;

    CREATE TABLE event (
      position INTEGER PRIMARY KEY,
      shard INTEGER NOT NULL,
      kind TEXT NOT NULL,
      name TEXT,
      contact TEXT,
      anonymous TEXT,
      customer TEXT,
      message_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      version INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      payload TEXT NOT NULL
    ) STRICT;

    CREATE TABLE message_id (
      hash INTEGER PRIMARY KEY
    ) STRICT;

    CREATE TABLE record_version (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      content TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE event_name (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE customer (
      shard INTEGER NOT NULL,
      id TEXT NOT NULL,
      first_seen INTEGER NOT NULL,
      first_heard INTEGER NOT NULL,
      is_named INTEGER NOT NULL,
      attributes TEXT NOT NULL,
      PRIMARY KEY (shard, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE actor (
      id TEXT NOT NULL PRIMARY KEY,
      is_contact INTEGER NOT NULL,
      link TEXT,
      link_at INTEGER,
      tie TEXT,
      tie_at INTEGER,
      root TEXT NOT NULL,
      customer TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX actor_root ON actor (root);

    CREATE TABLE contact (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      id TEXT NOT NULL,
      attributes TEXT NOT NULL,
      PRIMARY KEY (shard, customer, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE usage_daily (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      actor TEXT NOT NULL,
      pinned INTEGER NOT NULL,
      event INTEGER NOT NULL,
      day INTEGER NOT NULL,
      count INTEGER NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      PRIMARY KEY (shard, customer, actor, pinned, event, day)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX usage_pinned ON usage_daily (actor) WHERE pinned = 1;

    CREATE TABLE customer_event (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      at INTEGER NOT NULL,
      position INTEGER NOT NULL,
      actor TEXT NOT NULL,
      pinned INTEGER NOT NULL,
      PRIMARY KEY (shard, customer, at, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE ticket (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      id TEXT NOT NULL,
      actor TEXT NOT NULL,
      pinned INTEGER NOT NULL,
      state TEXT NOT NULL,
      PRIMARY KEY (shard, customer, id, actor, pinned)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE subscription (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      id TEXT NOT NULL,
      actor TEXT NOT NULL,
      pinned INTEGER NOT NULL,
      state TEXT NOT NULL,
      PRIMARY KEY (shard, customer, id, actor, pinned)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE survey_response (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      id TEXT NOT NULL,
      actor TEXT NOT NULL,
      pinned INTEGER NOT NULL,
      state TEXT NOT NULL,
      PRIMARY KEY (shard, customer, id, actor, pinned)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE health (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      score INTEGER NOT NULL,
      band TEXT NOT NULL,
      coverage REAL NOT NULL,
      calculated_at INTEGER NOT NULL,
      next_change_at INTEGER,
      model TEXT NOT NULL,
      points TEXT NOT NULL,
      PRIMARY KEY (shard, customer)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX health_next_change ON health (next_change_at) WHERE next_change_at IS NOT NULL;

    CREATE TABLE health_change (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      at INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      score_from INTEGER,
      score_to INTEGER NOT NULL,
      band_from TEXT,
      band_to TEXT NOT NULL,
      cause TEXT NOT NULL,
      model TEXT NOT NULL,
      points TEXT NOT NULL,
      PRIMARY KEY (shard, customer, at, ordinal)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE fold (
      shard INTEGER NOT NULL PRIMARY KEY,
      owner TEXT,
      fence INTEGER NOT NULL,
      position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE counter (
      name TEXT NOT NULL PRIMARY KEY,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE set_aside (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      source TEXT NOT NULL,
      reason TEXT NOT NULL,
      excerpt TEXT NOT NULL
    ) STRICT;

    CREATE TABLE arrival (
      kind TEXT NOT NULL PRIMARY KEY,
      last_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE alert (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      id TEXT NOT NULL,
      kind TEXT NOT NULL,
      reason TEXT NOT NULL,
      state TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      closed_at INTEGER,
      notified_at INTEGER,
      held_back TEXT,
      score INTEGER NOT NULL,
      band TEXT NOT NULL,
      snoozed_until INTEGER,
      PRIMARY KEY (shard, customer, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alert_opened ON alert (opened_at);

    CREATE TABLE timer (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      PRIMARY KEY (shard, customer, kind, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX timer_due ON timer (due_at);

    CREATE TABLE delivery (
      key TEXT NOT NULL PRIMARY KEY,
      customer TEXT,
      channel TEXT NOT NULL,
      payload TEXT NOT NULL,
      title TEXT NOT NULL,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      next_attempt_at INTEGER NOT NULL,
      finished_at INTEGER,
      last_error TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX delivery_due ON delivery (channel, next_attempt_at) WHERE state = 'pending';
    CREATE INDEX delivery_created ON delivery (created_at);

    CREATE TABLE schedule (
      name TEXT NOT NULL PRIMARY KEY,
      last_run_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE incident (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;

    CREATE TABLE api_key (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      scope TEXT NOT NULL,
      hash BLOB NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      revoked_at INTEGER
    ) STRICT, WITHOUT ROWID;
    """
}
