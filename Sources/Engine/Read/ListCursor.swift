import Domain
import Storage

/// Where a page ended. Bound to its order, so that it cannot be used with another one.
struct ListCursor {
  var place: CustomerOrder.Place

  init(_ place: CustomerOrder.Place) { self.place = place }

  /// - Throws: `InvalidCursor`.
  init(_ text: String, of query: Inquiries.CustomerQuery) throws {
    guard let bytes = Hex.bytes(text), let json = try? JSON.parse(bytes), case .array(let parts) = json, parts.count == 3,
      parts[0].string == Self.order(query), let key = Self.key(parts[1], of: query.sort), let id = parts[2].string
    else { throw Inquiries.InvalidCursor() }
    place = CustomerOrder.Place(key: key, id: id)
  }

  private static func key(_ json: JSON, of sort: Inquiries.CustomerQuery.Sort) -> CustomerOrder.Place.Key? {
    switch sort {
    case .score, .started: if case .integer(let number) = json { .integer(number) } else { nil }
    case .mrr: json.double.map { .real($0) }
    case .name, .id: json.string.map { .text($0) }
    }
  }

  func text(of query: Inquiries.CustomerQuery) -> String {
    let key: JSON =
      switch place.key {
      case .integer(let number): .integer(number)
      case .real(let number): .number(number)
      case .text(let text): .string(text)
      }
    return Hex.text(JSON.array([.string(Self.order(query)), key, .string(place.id)]).printedBytes())
  }

  private static func order(_ query: Inquiries.CustomerQuery) -> String { (query.descending ? "-" : "") + query.sort.rawValue }
}
