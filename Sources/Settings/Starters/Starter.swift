/// A set of settings to begin with.
public struct Starter: Sendable {
  /// As in `holdfast init --starter NAME`.
  public var name: String
  /// One line for people.
  public var summary: String
  public var files: [(name: String, text: String)]

  /// The default procedure: three measures.
  public static let sop = Starter(
    name: "sop", summary: "The standard procedure: last login, open tickets, features adopted.",
    files: [("holdfast.yaml", holdfastFile + sopLabels), ("data.yaml", dataFile), ("health.yaml", sopHealthFile)])

  /// All six signals of the procedure, segments, a variant and a cap.
  public static let full = Starter(
    name: "full", summary: "All six signals of the procedure, with segments, a variant and a cap.",
    files: [("holdfast.yaml", holdfastFile), ("data.yaml", dataFile), ("health.yaml", fullHealthFile)])

  public static let all = [sop, full]

  public static func named(_ name: String) -> Starter? { all.first { $0.name == name } }
}
