/// Nodes: the blueprint that each runs, so that different ones are noticed.
enum Migration0007 {
  static let script = """
    ALTER TABLE node ADD COLUMN blueprint TEXT;
    """
}
