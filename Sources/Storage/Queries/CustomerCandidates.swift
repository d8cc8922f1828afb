import Domain
import SQL

/// Customers that are found by something they have, each along an index: few, however many there are.
public enum CustomerCandidates {
  /// A customer with all that lists may sort it by.
  public struct Candidate: Hashable, Sendable {
    public var id: String
    public var keys: ListKeys
    /// `nil` before the first score.
    public var score: Int?
  }

  /// Those of an owner, by id.
  /// - Parameter owner: as `ListKeys.owner` writes it.
  public static func ofOwner(_ owner: String, limit: Int, _ connection: any Connection) throws -> [Candidate] {
    try candidates("owner = $1 ORDER BY id LIMIT $2", [owner, limit], connection)
  }

  /// Those whose name begins so, by name.
  /// - Parameter prefix: as `ListKeys.namePrefix` writes it.
  public static func named(_ prefix: String, limit: Int, _ connection: any Connection) throws -> [Candidate] {
    try candidates(
      "sort_name >= $1 AND sort_name < $2 ORDER BY sort_name, id LIMIT $3", [prefix, end(of: prefix), limit], connection)
  }

  /// Those whose id begins so, by id.
  public static func identified(_ prefix: String, limit: Int, _ connection: any Connection) throws -> [Candidate] {
    try candidates("id >= $1 AND id < $2 ORDER BY id LIMIT $3", [prefix, end(of: prefix), limit], connection)
  }

  /// After everything that begins so: no character sorts higher.
  private static func end(of prefix: String) -> String { prefix + "\u{10FFFF}" }

  private static func candidates(_ condition: String, _ values: [any SQLBindable], _ connection: any Connection) throws -> [Candidate] {
    try connection.rows(
      """
      SELECT found.id, \(CustomerQueries.listColumns), health.score
      FROM (SELECT shard, id, \(CustomerQueries.listColumns) FROM customer WHERE \(condition)) AS found
      LEFT JOIN health ON health.shard = found.shard AND health.customer = found.id
      """, values
    ) { row in
      Candidate(id: row.text(0), keys: CustomerQueries.listKeys(row, from: 1), score: row.optionalInteger(5).map { Int($0) })
    }
  }
}

extension CustomerOrder {
  /// Where a customer stands in the order; `nil` where it has no score to stand by.
  public func place(of candidate: CustomerCandidates.Candidate) -> Place? {
    let key: Place.Key?
    switch self {
    case .score: key = candidate.score.map { .integer(Int64($0)) }
    case .name: key = .text(candidate.keys.name)
    case .id: key = .text(candidate.id)
    case .started: key = .integer(candidate.keys.startedAt.microseconds)
    case .mrr: key = .real(candidate.keys.mrr)
    }
    return key.map { Place(key: $0, id: candidate.id) }
  }
}
