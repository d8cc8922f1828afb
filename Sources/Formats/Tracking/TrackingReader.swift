import Domain

/// Reads the messages of Segment's HTTP tracking API, as the SDKs of Segment and RudderStack send them.
public enum TrackingReader {
  /// Turns a body into log entries. What cannot be taken is listed with its reason.
  /// - Parameters:
  ///   - bytes: the body as JSON: one message, or `{"batch": […]}` (a bare array of messages will do).
  ///   - route: the call it came to; in a batch each message names its own type.
  ///   - receivedAt: when the body arrived.
  ///   - newID: makes a message id where the sender gave none; such a message cannot be recognised when it is sent again.
  /// - Throws: `JSONError` where it is no JSON.
  public static func read(
    _ bytes: [UInt8], route: TrackingRoute, receivedAt: Instant, limits: TrackingLimits = TrackingLimits(),
    jsonLimits: JSONLimits = JSONLimits(), newID: () -> String
  ) throws(JSONError) -> TrackingBatch {
    let result = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(JSONError) in
        var scanner = JSONScanner(bytes: buffer, limits: jsonLimits)
        let body = try scanner.document { (scanner) throws(JSONError) in try TrackingItem(&scanner, isBody: route == .batch) }
        return read(body, route: route, receivedAt: receivedAt, limits: limits, newID: newID)
      }
    }
    return try result.get()
  }

  /// Turns a body that has been parsed into log entries. Never fails as a whole.
  public static func read(
    _ json: JSON, route: TrackingRoute, receivedAt: Instant, limits: TrackingLimits = TrackingLimits(), newID: () -> String
  ) -> TrackingBatch {
    let body = route == .batch ? TrackingItem(body: json) : TrackingItem(json)
    return read(body, route: route, receivedAt: receivedAt, limits: limits, newID: newID)
  }

  private static func read(
    _ body: TrackingItem, route: TrackingRoute, receivedAt: Instant, limits: TrackingLimits, newID: () -> String
  ) -> TrackingBatch {
    var batch = TrackingBatch()
    let items = body.batch ?? [body]
    let envelope = Envelope(body: route == .batch ? body : nil, receivedAt: receivedAt, text: TrackingText(limits: limits))
    noteKeys(of: body, items, in: &batch)
    batch.take(items, limits: limits) { item throws(RejectionReason) in
      let type = route == .batch ? try Self.type(of: item) : route
      guard let type else { return .ignored }
      return .entries(try TrackingMessage(item, envelope, newID: newID).entries(type))
    }
    return batch
  }

  private static func noteKeys(of body: TrackingItem, _ items: [TrackingItem], in batch: inout TrackingBatch) {
    for case .string(let key) in [body[.writeKey]] + items.map({ $0[.writeKey] }) where !key.isEmpty {
      if batch.writeKey == nil { batch.writeKey = key }
      if batch.writeKey != key { batch.keysDiffer = true }
    }
  }

  /// The type a message in a batch names (`action` in the oldest SDKs); `nil` for RudderStack's `merge`, which has no use here.
  private static func type(of item: TrackingItem) throws(RejectionReason) -> TrackingRoute? {
    let name = (item[.type] ?? item[.action])?.string ?? ""
    if name == "merge" { return nil }
    guard let type = TrackingRoute(rawValue: name), type != .batch else { throw .unknownType }
    return type
  }
}

/// What all messages of one body share.
private struct Envelope {
  let context: JSON?
  let sentAt: Instant?
  let receivedAt: Instant
  let text: TrackingText

  init(body: TrackingItem?, receivedAt: Instant, text: TrackingText) {
    context = body?.context
    sentAt = LooseInstant.read(body?[.sentAt])
    self.receivedAt = receivedAt
    self.text = text
  }
}

private struct TrackingMessage {
  let item: TrackingItem
  let envelope: Envelope
  let messageID: String
  let contact: String?
  let anonymous: String?
  let at: Instant

  init(_ item: TrackingItem, _ envelope: Envelope, newID: () -> String) throws(RejectionReason) {
    self.item = item
    self.envelope = envelope
    contact = try envelope.text.id(item[.userId])
    anonymous = try envelope.text.id(item[.anonymousId])
    let original = try TrackingTime.read([item[.timestamp], item[.originalTimestamp]])
    let sentAt = envelope.sentAt ?? LooseInstant.read(item[.sentAt])
    guard let at = TrackingTime.corrected(original: original, sentAt: sentAt, receivedAt: envelope.receivedAt) else {
      throw .impossibleTime
    }
    self.at = at
    messageID = TrackingText.messageID(JSON.text(for: item[.messageId]) ?? newID())
  }

  func entries(_ type: TrackingRoute) throws(RejectionReason) -> [LogEntry] {
    switch type {
    case .identify: return [try identify()]
    case .track:
      guard let name = try envelope.text.name(item[.event]) else { throw .noEventName }
      return try event(name, item.properties)
    case .page: return try event(try viewed("Page"), viewProperties)
    case .screen: return try event(try viewed("Screen"), viewProperties)
    case .group: return [try group()]
    case .alias: return [try alias()]
    case .batch: throw .unknownType
    }
  }

  /// A field of the context: the message's own, else that of the whole body.
  private func context(_ name: String) -> JSON? { item.context?[name] ?? envelope.context?[name] }

  private func entry(_ fact: Fact, customer: String?, suffix: String = "") -> LogEntry {
    LogEntry(
      messageID: suffix.isEmpty ? messageID : TrackingText.messageID(messageID + suffix), at: at, version: at,
      receivedAt: envelope.receivedAt, actor: Actor(contact: contact, anonymous: anonymous, customer: customer), fact: fact)
  }

  private func requireSomeone() throws(RejectionReason) {
    guard contact != nil || anonymous != nil else { throw .noID }
  }

  /// The customer a message other than `group` names: `context.groupId`, else the company among the traits.
  private func customer(traits: JSON?) throws(RejectionReason) -> String? {
    if let group = try envelope.text.id(context("groupId")) { return group }
    return try envelope.text.id(traits?["company"]?["id"])
  }

  private func identify() throws(RejectionReason) -> LogEntry {
    try requireSomeone()
    // RudderStack's SDKs put the traits into the context.
    var traits = item[.traits]?.members ?? []
    let further = context("traits")?.members ?? []
    let names = Set(traits.map(\.name))
    traits += further.filter { !names.contains($0.name) }
    if case .string(let zone)? = context("timezone"), !traits.contains(where: { $0.name == "timezone" }) {
      traits.append(JSON.Member("timezone", .string(zone)))
    }
    return entry(.contact(traits: traits), customer: try customer(traits: .object(traits)))
  }

  private func event(_ name: String, _ properties: EventProperties) throws(RejectionReason) -> [LogEntry] {
    try requireSomeone()
    let traits = context("traits")
    let customer = try customer(traits: traits)
    var entries = [entry(.event(name: name, properties: properties), customer: customer)]
    // RudderStack (known by `channel`) repeats in every message what identify has said already; others send traits here to state them.
    if contact != nil, item[.channel] == nil, let members = traits?.members, !members.isEmpty {
      entries.append(entry(.contact(traits: members), customer: customer, suffix: ":traits"))
    }
    return entries
  }

  private func viewed(_ what: String) throws(RejectionReason) -> String {
    guard let name = try envelope.text.name(item[.name]) else { return "Viewed \(what)" }
    return "Viewed \(name) \(what)"
  }

  /// The properties of a page or screen, with its name and category where they are not among them.
  private var viewProperties: EventProperties {
    var properties = item.properties.members
    for field in [TrackingItem.Field.name, .category] {
      if let value = item[field], value.string != nil, !properties.contains(where: { $0.name == field.key }) {
        properties.append(JSON.Member(field.key, value))
      }
    }
    return EventProperties(properties)
  }

  private func group() throws(RejectionReason) -> LogEntry {
    guard let group = try envelope.text.id(item[.groupId]) else { throw .noGroupID }
    return entry(.customer(attributes: item[.traits]?.members ?? []), customer: group)
  }

  private func alias() throws(RejectionReason) -> LogEntry {
    guard let previous = try envelope.text.id(item[.previousId]), contact != nil else { throw .noPreviousID }
    return entry(.alias(previous: previous), customer: nil)
  }
}
