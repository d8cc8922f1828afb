import Domain
import SQL
import Storage

extension Inquiries {
  /// One page of customers. - Throws: `InvalidCursor`, `DatabaseFailure`.
  public func customers(_ query: CustomerQuery) async throws -> Page<CustomerSummary> {
    let blueprint = current.blueprint
    let now = time.now()
    let after = try query.cursor.map { try ListCursor($0, of: query) }
    return try await database.read { connection in
      let list = CustomerList(query: query, blueprint: blueprint, now: now, connection: connection)
      return try list.page(after: after)
    }
  }
}

/// A sorted, filtered list of customers, now or as of an instant.
struct CustomerList {
  let query: Inquiries.CustomerQuery
  let blueprint: Blueprint
  let now: Instant
  let connection: any Connection

  func page(after: ListCursor?) throws -> Page<CustomerSummary> {
    var rows: [(key: SortKey, summary: CustomerSummary)] = []
    try eachSummary { summary, mrr in rows.append((SortKey(summary, mrr: mrr, sort: query.sort), summary)) }
    rows.sort { precedes($0.key, $0.summary.id, $1.key, $1.summary.id) }
    let limit = max(1, query.limit)
    let start = after.map { cursor in rows.firstIndex { precedes(cursor.key, cursor.id, $0.key, $0.summary.id) } ?? rows.count } ?? 0
    let taken = rows[start...].prefix(limit)
    let hasMore = start + taken.count < rows.count
    let next = hasMore ? taken.last.map { ListCursor(key: $0.key, id: $0.summary.id).text(of: query) } : nil
    return Page(items: taken.map(\.summary), next: next)
  }

  /// Sort keys in the wished direction, ids always ascending.
  private func precedes(_ a: SortKey, _ aID: String, _ b: SortKey, _ bID: String) -> Bool {
    if a == b { return aID.utf8.lexicographicallyPrecedes(bID.utf8) }
    return query.descending ? b < a : a < b
  }

  private func eachSummary(_ body: (CustomerSummary, Double?) -> Void) throws {
    let at = query.at ?? now
    let extra = query.condition.map { [$0] } ?? []
    let scope = blueprint.scope(today: at.day, extra: extra)
    let evaluator = blueprint.evaluator
    let reader = SignalReader(catalog: blueprint.catalog)
    try CustomerWalk.each(scope: scope, connection) { customers in
      for customer in customers {
        var state = customer.state
        var health = customer.health
        if let past = query.at {
          guard let then = try Replay.state(of: state.id, at: past, scope: scope, connection) else { continue }
          state = then
          health = evaluator.health(of: then, at: past)
        }
        if let condition = query.condition, !evaluator.holds(condition, for: state, at: at, health: health) { continue }
        let mrr = query.sort == .mrr ? reader.reading(of: .mrr, in: state, at: at).value : nil
        body(CustomerSummary(state: state, health: health, at: at), mrr.flatMap { if case .number(let value) = $0 { value } else { nil } })
      }
    }
  }
}

extension CustomerSummary {
  init(state: CustomerState, health: Health?, at: Instant) {
    self.init(
      id: state.id, name: state.name, startedAt: state.startedAt, journey: JourneyStage.stage(startedAt: state.startedAt, at: at).stage,
      health: health, attributes: state.effectiveAttributes)
  }
}

/// What a list is sorted by. Missing sorts first.
enum SortKey: Hashable, Comparable {
  case missing
  case number(Double)
  case text(String)

  init(_ summary: CustomerSummary, mrr: Double?, sort: Inquiries.CustomerQuery.Sort) {
    switch sort {
    case .score: self = summary.health.map { .number(Double($0.score)) } ?? .missing
    case .name: self = summary.name.map { .text($0.lowercased()) } ?? .missing
    case .id: self = .text(summary.id)
    case .started: self = .number(Double(summary.startedAt.microseconds))
    case .mrr: self = mrr.map { .number($0) } ?? .missing
    }
  }

  static func < (a: SortKey, b: SortKey) -> Bool {
    switch (a, b) {
    case (.missing, .missing): false
    case (.missing, _): true
    case (.number(let x), .number(let y)): x < y
    case (.number, .text): true
    case (.text(let x), .text(let y)): x.utf8.lexicographicallyPrecedes(y.utf8)
    default: false
    }
  }
}

/// Where a page ended. Bound to its order, so that it cannot be used with another one.
struct ListCursor {
  var key: SortKey
  var id: String

  init(key: SortKey, id: String) {
    self.key = key
    self.id = id
  }

  init(_ text: String, of query: Inquiries.CustomerQuery) throws {
    guard let bytes = Hex.bytes(text), let json = try? JSON.parse(bytes), case .array(let parts) = json, parts.count == 3,
      parts[0].string == Self.order(query), let id = parts[2].string
    else { throw Inquiries.InvalidCursor() }
    switch parts[1] {
    case .null: key = .missing
    case .string(let text): key = .text(text)
    default:
      guard let number = parts[1].double else { throw Inquiries.InvalidCursor() }
      key = .number(number)
    }
    self.id = id
  }

  func text(of query: Inquiries.CustomerQuery) -> String {
    let key: JSON =
      switch self.key {
      case .missing: .null
      case .number(let number): .number(number)
      case .text(let text): .string(text)
      }
    return Hex.text(JSON.array([.string(Self.order(query)), key, .string(id)]).printedBytes())
  }

  private static func order(_ query: Inquiries.CustomerQuery) -> String { (query.descending ? "-" : "") + query.sort.rawValue }
}

/// Bytes as hexadecimal digits: cursors that survive any URL.
enum Hex {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.utf8.map { byte -> UInt8? in
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x57
      default: nil
      }
    }
    guard digits.count % 2 == 0, digits.count <= 4_000 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
