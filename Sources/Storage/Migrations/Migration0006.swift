/// What may trail the log: roll-ups and index, as a whole and by shard, with how far one process has folded all; and the message ids.
enum Migration0006 {
  static let script = """
    ALTER TABLE shard DROP COLUMN arrivals;
    ALTER TABLE shard ADD COLUMN rolled_up INTEGER NOT NULL DEFAULT 0;
    INSERT INTO log_mark (name, position) SELECT 'rolled_up', position FROM log_mark WHERE name = 'routed';
    INSERT INTO log_mark (name, position) SELECT 'actors', position FROM log_mark WHERE name = 'routed';
    INSERT INTO log_mark (name, position) SELECT 'message_id', position FROM log_mark WHERE name = 'appended';
    INSERT INTO log_mark (name, position) SELECT 'whole', position FROM log_mark WHERE name = 'routed';
    """
}
