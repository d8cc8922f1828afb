/// Sources: what is remembered of each, its runs, and the rows it has brought.
enum Migration0003 {
  static let script = """
    CREATE TABLE source_state (
      name TEXT NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL,
      definition TEXT NOT NULL,
      run INTEGER NOT NULL,
      run_kind TEXT NOT NULL,
      watermark TEXT,
      last_run_at INTEGER,
      last_success_at INTEGER,
      last_full_at INTEGER,
      failures INTEGER NOT NULL,
      last_error TEXT,
      owner TEXT,
      claimed_until INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE source_run (
      source TEXT NOT NULL,
      run INTEGER NOT NULL,
      kind TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      finished_at INTEGER NOT NULL,
      rows_read INTEGER NOT NULL,
      accepted INTEGER NOT NULL,
      duplicate INTEGER NOT NULL,
      rejected INTEGER NOT NULL,
      deleted INTEGER NOT NULL,
      error TEXT,
      PRIMARY KEY (source, run)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE source_row (
      source TEXT NOT NULL,
      id TEXT NOT NULL,
      seen_run INTEGER NOT NULL,
      deleted_at INTEGER,
      problem TEXT,
      statement TEXT,
      PRIMARY KEY (source, id)
    ) STRICT, WITHOUT ROWID;
    """
}
