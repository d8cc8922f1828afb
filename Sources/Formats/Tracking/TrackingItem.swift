import Domain

/// One message of a tracking body, or the body around messages: the fields that somebody asks for.
///
/// One read from bytes holds on to them without owning them: it is of use only while they are lent.
struct TrackingItem {
  /// Fields of a message; all others are passed over.
  enum Field: Int, CaseIterable {
    case type, action, messageId, userId, anonymousId, groupId, previousId, event, name, category, traits, timestamp, originalTimestamp
    case sentAt, writeKey, channel

    /// Its name in JSON.
    var key: String { Self.keys[rawValue] }
    static let keys = allCases.map { "\($0)" }
  }

  private enum Source {
    case value(JSON)
    case text(UnsafeBufferPointer<UInt8>)
  }

  private var source = Source.value(.null)
  private(set) var isObject = false
  private var fields = [JSON?](repeating: nil, count: Field.allCases.count)
  /// What of `context` is of use: `groupId`, `traits`, `timezone`.
  private(set) var context: JSON?
  /// The last `properties` where they are an object; else none.
  private(set) var properties: EventProperties = []
  /// The messages of a body that has some.
  private(set) var batch: [TrackingItem]?

  subscript(field: Field) -> JSON? { fields[field.rawValue] }

  init(_ json: JSON) {
    source = .value(json)
    isObject = json.members != nil
    for field in Field.allCases { fields[field.rawValue] = json[field.key] }
    context = json["context"]
    if let members = json["properties"]?.members { properties = EventProperties(members) }
  }

  /// A body: one message, messages in `batch`, or a bare array of messages.
  init(body json: JSON) {
    self.init(json)
    batch = (json["batch"]?.array ?? json.array)?.map { TrackingItem($0) }
  }

  // MARK: From bytes

  private static let properties = Field.allCases.count
  private static let context = properties + 1
  private static let batch = properties + 2
  private static let names = JSONNames(Field.keys + ["properties", "context", "batch"])
  private static let contextFields = ["groupId", "traits", "timezone"]
  private static let contextNames = JSONNames(contextFields)

  /// Reads what comes next: a message, or a body.
  init(_ scanner: inout JSONScanner, isBody: Bool) throws(JSONError) {
    let first = scanner.peekValue()
    let start = scanner.position
    isObject = first == UInt8(ascii: "{")
    if isObject {
      try scanner.members(Self.names) { (scanner, number) throws(JSONError) in try take(number, isBody: isBody, &scanner) }
    } else if isBody, first == UInt8(ascii: "[") {
      batch = try Self.items(&scanner)
    } else {
      try scanner.skip()
    }
    source = .text(scanner.text(from: start))
  }

  private static func items(_ scanner: inout JSONScanner) throws(JSONError) -> [TrackingItem] {
    var items: [TrackingItem] = []
    try scanner.elements { (scanner) throws(JSONError) in items.append(try TrackingItem(&scanner, isBody: false)) }
    return items
  }

  /// Takes a member's value; of a name that comes twice the last one counts.
  private mutating func take(_ number: Int?, isBody: Bool, _ scanner: inout JSONScanner) throws(JSONError) {
    let first = scanner.peekValue()
    switch number {
    case Self.properties? where first == UInt8(ascii: "{"): properties = EventProperties(compact: try scanner.compact())
    case Self.properties?:
      properties = []
      try scanner.skip()
    case Self.context? where first == UInt8(ascii: "{"):
      var members: [JSON.Member] = []
      try scanner.members(Self.contextNames) { (scanner, number) throws(JSONError) in
        guard let number else { return try scanner.skip() }
        members.append(JSON.Member(Self.contextFields[number], try scanner.value()))
      }
      context = .object(members)
    case Self.context?:
      context = nil
      try scanner.skip()
    case Self.batch? where isBody && first == UInt8(ascii: "["): batch = try Self.items(&scanner)
    case Self.batch? where isBody:
      batch = nil
      try scanner.skip()
    case let field? where field < fields.count: fields[field] = try scanner.value()
    default: try scanner.skip()
    }
  }
}

extension TrackingItem: BatchItem {
  func isLarger(than bytes: Int) -> Bool {
    switch source {
    case .value(let json): json.isLarger(than: bytes)
    // Compact it is hardly ever longer than as it came.
    case .text(let text): text.count > bytes && (parsed?.isLarger(than: bytes) ?? true)
    }
  }

  func excerpt() -> String { parsed?.excerpt() ?? "" }

  private var parsed: JSON? {
    switch source {
    case .value(let json): json
    case .text(let text): try? JSON.parse(text)
    }
  }
}
