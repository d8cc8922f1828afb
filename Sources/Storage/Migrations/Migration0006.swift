/// What may trail the log: roll-ups and index, as a whole and by shard, with how far one process has folded all; and the message ids. Which
/// customers an actor's events have named stands in a table of its own: as an index of the roll-ups it cost a page for nearly every event.
enum Migration0006 {
  static let script = """
    CREATE TABLE pinned_actor (
      actor TEXT NOT NULL,
      customer TEXT NOT NULL,
      PRIMARY KEY (actor, customer)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO pinned_actor (actor, customer) SELECT DISTINCT actor, customer FROM usage_daily WHERE pinned = 1;
    DROP INDEX usage_pinned;
    DROP INDEX actor_root;
    CREATE INDEX actor_root ON actor (root) WHERE root <> id;

    ALTER TABLE shard DROP COLUMN arrivals;
    ALTER TABLE shard ADD COLUMN rolled_up INTEGER NOT NULL DEFAULT 0;
    INSERT INTO log_mark (name, position) SELECT 'rolled_up', position FROM log_mark WHERE name = 'routed';
    INSERT INTO log_mark (name, position) SELECT 'actors', position FROM log_mark WHERE name = 'routed';
    INSERT INTO log_mark (name, position) SELECT 'message_id', position FROM log_mark WHERE name = 'appended';
    INSERT INTO log_mark (name, position) SELECT 'whole', position FROM log_mark WHERE name = 'routed';
    """
}
