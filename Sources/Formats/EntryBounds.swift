import Domain

/// How large and deep a part of an entry may be: what is stored must be readable again by the reader's own limits, with room for what
/// it is wrapped in.
enum EntryBounds {
  /// Bytes of all traits or attributes that one message or row states, as JSON text.
  static let statementBytes = 32 << 10
  /// Objects and arrays inside one another, the outermost counted.
  static let depth = 16

  enum Excess { case tooLarge, tooDeep }

  /// What is wrong with traits, attributes or an imported row's properties; `nil`: nothing.
  static func excess(statement members: [JSON.Member]) -> Excess? {
    let json = JSON.object(members)
    return isTooLarge(json) ? .tooLarge : depthExcess(json)
  }

  /// What is wrong with a tracked fact. An event's properties are bounded by its message's size; what is stated of a contact or customer
  /// has a bound of its own.
  static func excess(tracked fact: Fact) -> Excess? {
    switch fact {
    case .contact(let traits): excess(statement: traits)
    case .customer(let attributes): excess(statement: attributes)
    case .event(_, let properties): properties.depth > depth ? .tooDeep : nil
    default: nil
    }
  }

  private static func depthExcess(_ json: JSON) -> Excess? { isDeeper(json, than: depth) ? .tooDeep : nil }

  private static func isTooLarge(_ json: JSON) -> Bool {
    // An escape makes at most six bytes of one, and the estimate is never twice the truth: few need be printed to be measured.
    let about = json.approximateByteCount
    if about <= statementBytes / 6 { return false }
    return about > 2 * statementBytes || json.printedBytes().count > statementBytes
  }

  private static func isDeeper(_ json: JSON, than levels: Int) -> Bool {
    switch json {
    case .array(let items): levels == 0 || items.contains { isDeeper($0, than: levels - 1) }
    case .object(let members): levels == 0 || members.contains { isDeeper($0.value, than: levels - 1) }
    default: false
    }
  }
}
