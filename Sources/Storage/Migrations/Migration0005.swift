/// Deliveries: a number for each attempt, so that the receipt of one that a person has had repeated cannot be taken for another's.
enum Migration0005 {
  static let script = """
    ALTER TABLE delivery ADD COLUMN claims INTEGER NOT NULL DEFAULT 0;
    UPDATE delivery SET claims = attempts;
    """
}
