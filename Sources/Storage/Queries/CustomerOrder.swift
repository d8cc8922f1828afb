import Domain
import SQL

/// The orders in which customers are listed, each along an index: a page costs the same however many customers there are.
public enum CustomerOrder: Sendable {
  case score, name, id, started, mrr

  /// Where a customer stands in an order.
  public struct Place: Hashable, Sendable {
    /// What it is sorted by, in the order's own unit; of equal ones the id decides, in the same direction.
    public enum Key: Hashable, Sendable {
      case integer(Int64)
      case real(Double)
      case text(String)
    }
    public var key: Key
    public var id: String
    public init(key: Key, id: String) {
      self.key = key
      self.id = id
    }
  }

  /// The next places of the order. By score there are only customers that have one.
  /// - Parameters:
  ///   - place: where the last ones ended; `nil`: from the beginning.
  ///   - scores: only these, in the order by score.
  public func places(
    after place: Place?, descending: Bool, scores: Range<Int>? = nil, limit: Int, _ connection: any Connection
  ) throws -> [Place] {
    let (_, key, id) = columns
    let beyond = descending ? "<" : ">"
    let read = { (condition: String?, values: [any SQLBindable], limit: Int) throws -> [Place] in
      var (values, conditions) = (values, condition.map { [$0] } ?? [])
      if let scores {
        conditions.append("score >= $\(values.count + 1) AND score < $\(values.count + 2)")
        values += [scores.lowerBound, scores.upperBound]
      }
      return try connection.rows(text(where: conditions, descending, limit: "$\(values.count + 1)"), values + [limit]) { row in
        Place(key: self.key(of: row), id: row.text(self == .id ? 0 : 1))
      }
    }
    guard let place else { return try read(nil, [], limit) }
    if self == .id { return try read("id \(beyond) $1", [place.id], limit) }
    // Two ranges of the index, one after the other: as one condition they would be read from the beginning of the first.
    var places = try read("\(key) = $1 AND \(id) \(beyond) $2", [value(place.key), place.id], limit)
    if places.count < limit { places += try read("\(key) \(beyond) $1", [value(place.key)], limit - places.count) }
    return places
  }

  private func text(where conditions: [String], _ descending: Bool, limit: String) -> String {
    let (table, key, id) = columns
    let names = self == .id ? [id] : [key, id]
    let order = names.map { $0 + (descending ? " DESC" : " ASC") }.joined(separator: ", ")
    let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    return "SELECT \(names.joined(separator: ", ")) FROM \(table)\(filter) ORDER BY \(order) LIMIT \(limit)"
  }

  private var columns: (table: String, key: String, id: String) {
    switch self {
    case .score: ("health", "score", "customer")
    case .name: ("customer", "sort_name", "id")
    case .id: ("customer", "id", "id")
    case .started: ("customer", "started_at", "id")
    case .mrr: ("customer", "mrr", "id")
    }
  }

  private func key(of row: any Row) -> Place.Key {
    switch self {
    case .score, .started: .integer(row.integer(0))
    case .mrr: .real(row.real(0))
    case .name, .id: .text(row.text(0))
    }
  }

  private func value(_ key: Place.Key) -> any SQLBindable {
    switch key {
    case .integer(let number): number
    case .real(let number): number
    case .text(let text): text
    }
  }
}
