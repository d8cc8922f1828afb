import Domain

/// Ids and names as senders give them, checked. Shared by all tracking shapes.
struct TrackingText {
  let limits: TrackingLimits

  /// What careless code sends when it has no id. As ids they would melt strangers into one person.
  private static let nobodies: Set<String> = ["null", "undefined", "NaN", "[object Object]"]

  /// An id, composed, or `nil` where there is none.
  func id(_ json: JSON?) throws(RejectionReason) -> String? {
    guard let text = JSON.text(for: json)?.composed, !Self.nobodies.contains(text) else { return nil }
    guard fits(text) else { throw .idTooLong }
    guard !text.utf8.contains(0) else { throw .invalidText }
    return text
  }

  /// The name of an event, composed, or `nil` where there is none.
  func name(_ json: JSON?) throws(RejectionReason) -> String? {
    guard let text = JSON.text(for: json)?.composed else { return nil }
    guard fits(text) else { throw .nameTooLong }
    guard !text.utf8.contains(0) else { throw .invalidText }
    return text
  }

  func fits(_ text: String) -> Bool { text.utf8.count <= limits.idLength || text.unicodeScalars.count <= limits.idLength }

  /// A message id as it is stored: composed, as given up to 100 bytes, else (or with control characters in it) `h:` and its 128-bit hash.
  static func messageID(_ given: String) -> String {
    let text = given.composed
    guard text.utf8.count > 100 || text.utf8.contains(where: { $0 < 0x20 }) else { return text }
    return "h:" + StableHash.fnv1a128Hex(text.utf8)
  }
}

extension TrackingBatch {
  private static func check(_ fact: Fact) throws(RejectionReason) {
    switch EntryBounds.excess(tracked: fact) {
    case .tooLarge: throw .tooLarge
    case .tooDeep: throw .tooDeep
    case nil: break
    }
  }
}

/// What became of one message.
enum TrackingOutcome {
  case entries([LogEntry])
  case ignored
}

/// An item of a batch, of whichever shape.
protocol BatchItem {
  var isObject: Bool { get }
  /// Whether it is longer than so many bytes of compact JSON, about.
  func isLarger(than bytes: Int) -> Bool
  /// Its beginning, for people.
  func excerpt() -> String
}

extension JSON: BatchItem {
  var isObject: Bool { members != nil }
  func isLarger(than bytes: Int) -> Bool { approximateByteCount > bytes }
  func excerpt() -> String { excerpt(limit: 200) }
}

extension TrackingBatch {
  /// Reads the items one by one; a refused one does not disturb its neighbours.
  mutating func take<Item: BatchItem>(
    _ items: [Item], limits: TrackingLimits, _ read: (Item) throws(RejectionReason) -> TrackingOutcome
  ) {
    entries.reserveCapacity(min(items.count, limits.messages))
    for (index, item) in items.prefix(limits.messages).enumerated() {
      do throws(RejectionReason) {
        guard item.isObject else { throw .notAnObject }
        guard !item.isLarger(than: limits.messageBytes) else { throw .tooLarge }
        switch try read(item) {
        case .entries(let read):
          for entry in read { try Self.check(entry.fact) }
          entries.append(contentsOf: read)
        case .ignored: ignored += 1
        }
      } catch {
        rejected.append(Rejection(index: index, reason: error, excerpt: item.excerpt()))
      }
    }
    guard items.count > limits.messages else { return }
    let first = items[limits.messages].excerpt()
    rejected.append(Rejection(index: limits.messages, reason: .tooMany, excerpt: first, count: items.count - limits.messages))
  }
}
