import Domain
import SQL

extension Migration0009 {
  private static let index = "CREATE INDEX customer_owner ON customer (owner, id) WHERE owner IS NOT NULL;"

  /// Customers looked at together.
  private static let stretch = 1_000

  /// Who looks after each customer, where the attribute has its usual name; the daily batch goes by what the configuration says. The
  /// statements are the migration's own: those of the program will ask for what later migrations add.
  @Sendable static func fillOwners(_ connection: any Connection) throws {
    var after: (shard: Int, id: String)? = (-1, "")
    while let place = after {
      let (owners, last) = try owners(after: place, connection)
      for (id, owner) in owners {
        try connection.post("UPDATE customer SET owner = $1 WHERE shard = $2 AND id = $3", [owner, Shard.number(of: id), id])
      }
      after = last
    }
    try connection.script(index)
  }

  /// Most companies name none: only what holds the attribute's name is read whole.
  private static func owners(
    after place: (shard: Int, id: String), _ connection: any Connection
  ) throws -> (owners: [(id: String, owner: String)], last: (shard: Int, id: String)?) {
    let name = "%\"\(ListKeys.usualOwnerTrait)\"%"
    var last: (shard: Int, id: String)?
    var states: [CustomerState] = []
    try connection.each(
      """
      SELECT shard, id, CASE WHEN attributes LIKE $1 THEN attributes END,
        (SELECT contact.attributes FROM contact WHERE contact.shard = customer.shard AND contact.customer = customer.id
          AND contact.id = customer.id AND contact.attributes LIKE $2)
      FROM customer WHERE (shard, id) > ($3, $4) ORDER BY shard, id LIMIT $5
      """, [name, name, place.shard, place.id, stretch]
    ) { row in
      last = (row.int(0), row.text(1))
      guard !row.isNull(2) || !row.isNull(3) else { return true }
      var state = CustomerState(id: row.text(1))
      // What cannot be read is told of where it is needed.
      state.attributes = row.optionalText(2).flatMap { try? StateCoding.attributes($0) } ?? Attributes()
      state.ownTraits = row.optionalText(3).flatMap { try? StateCoding.attributes($0) } ?? Attributes()
      states.append(state)
      return true
    }
    let owners = states.compactMap { state in
      ListKeys.owner(of: state, trait: ListKeys.usualOwnerTrait).map { (id: state.id, owner: $0) }
    }
    return (owners, last)
  }
}
