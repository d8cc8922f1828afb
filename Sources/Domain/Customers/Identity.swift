/// What is known of one id that did something: a contact's id, or an anonymous one under its key.
public struct ActorRecord: Hashable, Sendable {
  public var id: String
  /// The id it turned out to be the same person as (identify, alias); of several the earliest statement holds.
  public var link: Versioned<String>?
  /// The customer it belongs to (group, `context.groupId`, a contact record); of several the latest statement holds.
  public var tie: Versioned<String>?
  /// Where following the links ends: the contact this id stands for.
  public var root: String
  /// The customer that the root's people belong to; empty for a visitor nobody knows.
  public var customer: String

  public init(id: String, link: Versioned<String>? = nil, tie: Versioned<String>? = nil) {
    self.id = id
    self.link = link
    self.tie = tie
    root = id
    customer = Identity.isAnonymous(id) ? "" : id
  }

  /// - Returns: whether the statement changed anything.
  public mutating func link(to target: String, at: Instant) -> Bool {
    guard target != id else { return false }
    if let link, (link.version, link.value) <= (at, target) { return false }
    link = Versioned(target, version: at)
    return true
  }

  /// - Returns: whether the statement changed anything.
  public mutating func tie(to customer: String, at: Instant) -> Bool {
    if let tie, (tie.version, tie.value) >= (at, customer) { return false }
    tie = Versioned(customer, version: at)
    return true
  }
}

/// Who is who, and whose. The statements form a set; what follows from them does not depend on their order.
public enum Identity {
  /// Anonymous ids live in a name space of their own.
  public static func anonymousKey(_ id: String) -> String { "\u{1}" + id }
  public static func isAnonymous(_ key: String) -> Bool { key.utf8.first == 1 }

  /// Works out `root` and `customer` anew for a set of records closed under links (each link's target is in it).
  ///
  /// The root is where the links end; around a circle, its least id. The customer is that of the latest tie
  /// of any id with the same root; else the root itself.
  public static func resolve(_ records: [String: ActorRecord]) -> [String: ActorRecord] {
    var resolved = records
    var ties: [String: Versioned<String>] = [:]
    for (id, record) in records {
      let root = root(of: id, in: records)
      resolved[id]?.root = root
      guard let tie = record.tie else { continue }
      if let present = ties[root], (present.version, present.value) >= (tie.version, tie.value) { continue }
      ties[root] = tie
    }
    for (id, record) in resolved {
      resolved[id]?.customer = ties[record.root]?.value ?? (isAnonymous(record.root) ? "" : record.root)
    }
    return resolved
  }

  private static func root(of id: String, in records: [String: ActorRecord]) -> String {
    var path: [String] = [id]
    var present = id
    while let next = records[present]?.link?.value, records[next] != nil {
      if let circle = path.firstIndex(of: next) { return path[circle...].min() ?? next }
      path.append(next)
      present = next
    }
    return present
  }
}
