/// People and their work: who may sign in, what they do, and who did what; and how many customers stood where on each day.
enum Migration0009 {
  static let script = """
    CREATE TABLE app_user (
      id TEXT NOT NULL PRIMARY KEY,
      email TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      role TEXT NOT NULL,
      password TEXT,
      external_id TEXT UNIQUE,
      created_at INTEGER NOT NULL,
      disabled_at INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE session (
      hash BLOB NOT NULL PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      app_user TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      seen_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      agent TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_app_user ON session (app_user);
    CREATE INDEX session_expires ON session (expires_at);

    CREATE TABLE sign_in_link (
      hash BLOB NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL,
      app_user TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      used_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sign_in_link_user ON sign_in_link (app_user);

    CREATE TABLE sign_in_failure (
      subject TEXT NOT NULL PRIMARY KEY,
      failures INTEGER NOT NULL,
      last_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sign_in_failure_last ON sign_in_failure (last_at);

    CREATE TABLE audit (
      id TEXT NOT NULL PRIMARY KEY,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      customer TEXT,
      value_from TEXT,
      value_to TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX audit_at ON audit (at, id);
    CREATE INDEX audit_actor ON audit (actor, at, id);
    CREATE INDEX audit_action ON audit (action, at, id);
    CREATE INDEX audit_customer ON audit (customer, at) WHERE customer IS NOT NULL;

    CREATE TABLE task (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      id TEXT NOT NULL,
      title TEXT NOT NULL,
      owner TEXT,
      due_at INTEGER NOT NULL,
      priority TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      alert TEXT,
      closed_at INTEGER,
      outcome TEXT,
      note TEXT NOT NULL,
      PRIMARY KEY (shard, customer, id)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX task_id ON task (id);
    CREATE INDEX task_due ON task (due_at, id) WHERE closed_at IS NULL;
    CREATE INDEX task_owner ON task (owner, due_at, id) WHERE closed_at IS NULL;

    CREATE TABLE note (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      id TEXT NOT NULL,
      at INTEGER NOT NULL,
      author TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (shard, customer, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE pulse (
      shard INTEGER NOT NULL,
      customer TEXT NOT NULL,
      at INTEGER NOT NULL,
      author TEXT NOT NULL,
      mood TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (shard, customer, at)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE saved_view (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      owner TEXT NOT NULL,
      is_shared INTEGER NOT NULL,
      condition TEXT NOT NULL,
      sort TEXT NOT NULL,
      columns TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE alert ADD COLUMN snooze_reason TEXT;
    CREATE INDEX alert_state ON alert (state, opened_at, id);

    CREATE TABLE health_daily (
      day INTEGER NOT NULL,
      score INTEGER NOT NULL,
      band TEXT NOT NULL,
      customers INTEGER NOT NULL,
      PRIMARY KEY (day, score, band)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE band_flow_daily (
      day INTEGER NOT NULL,
      band_from TEXT NOT NULL,
      band_to TEXT NOT NULL,
      customers INTEGER NOT NULL,
      PRIMARY KEY (day, band_from, band_to)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE health_group_daily (
      day INTEGER NOT NULL,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      customers INTEGER NOT NULL,
      score_sum INTEGER NOT NULL,
      healthy INTEGER NOT NULL,
      at_risk INTEGER NOT NULL,
      critical INTEGER NOT NULL,
      PRIMARY KEY (day, kind, name)
    ) STRICT, WITHOUT ROWID;
    """
}
