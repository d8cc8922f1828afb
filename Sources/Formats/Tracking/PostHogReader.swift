import Domain

/// Reads what PostHog's SDKs send: one event, `{"batch": […]}`, a bare array, and the older `/engage` form.
public enum PostHogReader {
  /// Turns a body into log entries. Never fails as a whole: what cannot be taken is listed with its reason.
  /// - Parameters:
  ///   - json: the parsed body.
  ///   - sentAt: the send time given in the query (`TrackingBody.sentAt(query:)`); one in the body comes first.
  ///   - groupType: the PostHog group type that is the customer. `nil`: `company`, or else the first group of an event.
  public static func read(
    _ json: JSON, receivedAt: Instant, sentAt: Instant? = nil, groupType: String? = nil, limits: TrackingLimits = TrackingLimits(),
    newID: () -> String
  ) -> TrackingBatch {
    var batch = TrackingBatch()
    let items = json["batch"]?.array ?? json.array ?? [json]
    for key in [token(of: json)] + items.map(token) {
      guard let key else { continue }
      if batch.writeKey == nil { batch.writeKey = key }
      if batch.writeKey != key { batch.keysDiffer = true }
    }
    let historical = json["historical_migration"]?.bool == true
    let envelope = PostHogEnvelope(
      sentAt: historical ? nil : LooseInstant.read(json["sent_at"] ?? json["sentAt"]) ?? sentAt, receivedAt: receivedAt,
      groupType: groupType,
      text: TrackingText(limits: limits))
    batch.take(items, limits: limits) { item throws(RejectionReason) in
      try PostHogMessage(item, envelope, newID: newID)?.outcome() ?? .ignored
    }
    return batch
  }

  private static func token(of json: JSON) -> String? {
    for value in [json["api_key"], json["token"], json["$token"], json["properties"]?["token"]] {
      if case .string(let key)? = value, !key.isEmpty { return key }
    }
    return nil
  }
}

private struct PostHogEnvelope {
  let sentAt: Instant?
  let receivedAt: Instant
  let groupType: String?
  let text: TrackingText
}

private struct PostHogMessage {
  let item: JSON
  let envelope: PostHogEnvelope
  let name: String
  let properties: JSON
  let messageID: String
  let distinctID: String
  let at: Instant

  /// Sent by SDKs on their own account: recordings, measurements and bookkeeping, nothing a contact did.
  private static let ignored: Set<String> = [
    "$snapshot", "$snapshot_items", "$performance_event", "$web_vitals", "$feature_flag_called", "$$heatmap", "$$client_ingestion_warning",
  ]

  /// Already read into the entry's other fields; the token is nobody's business.
  private static let spent: Set<String> = ["token", "distinct_id", "$set", "$set_once", "$groups", "$insert_id", "$anon_distinct_id"]

  /// `nil` for an event that has no use here.
  init?(_ item: JSON, _ envelope: PostHogEnvelope, newID: () -> String) throws(RejectionReason) {
    self.item = item
    self.envelope = envelope
    properties = item["properties"] ?? .object([])
    // `/engage` sends `$set` without an event's name.
    guard let name = try envelope.text.name(item["event"]) ?? (item["$set"] != nil || item["$set_once"] != nil ? "$set" : nil) else {
      throw .noEventName
    }
    self.name = name
    if Self.ignored.contains(name) { return nil }
    guard let id = try Self.id(item["distinct_id"] ?? item["$distinct_id"] ?? properties["distinct_id"], envelope.text) else { throw .noID }
    distinctID = id
    guard let at = try Self.time(item, envelope) else { throw .impossibleTime }
    self.at = at
    messageID = TrackingText.messageID(
      JSON.text(for: item["uuid"]) ?? JSON.text(for: item["messageId"]) ?? JSON.text(for: properties["$insert_id"]) ?? newID())
  }

  /// As PostHog does, an id that is too long is cut.
  private static func id(_ json: JSON?, _ text: TrackingText) throws(RejectionReason) -> String? {
    guard let given = JSON.text(for: json)?.composed, !text.fits(given) else { return try text.id(json) }
    var cut = String.UnicodeScalarView()
    cut.append(contentsOf: given.unicodeScalars.prefix(text.limits.idLength))
    return try text.id(.string(String(cut)))
  }

  private static func time(_ item: JSON, _ envelope: PostHogEnvelope) throws(RejectionReason) -> Instant? {
    if let original = try TrackingTime.read([item["timestamp"]]) {
      return TrackingTime.corrected(original: original, sentAt: envelope.sentAt, receivedAt: envelope.receivedAt)
    }
    // Milliseconds that the event waited before it was sent; more than ten years are no waiting.
    if let offset = item["offset"]?.double, offset >= 0, offset < 3e11 {
      return TrackingTime.corrected(
        original: envelope.receivedAt - .milliseconds(Int64(offset)), sentAt: nil, receivedAt: envelope.receivedAt)
    }
    return envelope.receivedAt
  }

  func outcome() throws(RejectionReason) -> TrackingOutcome {
    switch name {
    case "$identify": return .entries(try identify())
    case "$set": return .entries([entry(.contact(traits: traits), try actor())])
    case "$create_alias", "$merge_dangerously":
      guard let previous = try Self.id(properties["alias"], envelope.text) else { throw .noPreviousID }
      return .entries([entry(.alias(previous: previous), Actor(contact: distinctID))])
    case "$groupidentify": return try groupIdentify()
    case "$pageview": return .entries(try event("Viewed Page"))
    case "$screen":
      guard let screen = try envelope.text.name(properties["$screen_name"]) else { return .entries(try event("Viewed Screen")) }
      return .entries(try event("Viewed \(screen) Screen"))
    default: return .entries(try event(name))
    }
  }

  private func entry(_ fact: Fact, _ actor: Actor, suffix: String = "") -> LogEntry {
    LogEntry(
      messageID: suffix.isEmpty ? messageID : TrackingText.messageID(messageID + suffix), at: at, version: at,
      receivedAt: envelope.receivedAt, actor: actor, fact: fact)
  }

  /// `$set` over `$set_once`, from the properties or from beside them.
  private var traits: [JSON.Member] {
    var traits: [JSON.Member] = []
    var names: Set<String> = []
    for source in [properties["$set"], item["$set"], properties["$set_once"], item["$set_once"]] {
      for member in source?.members ?? [] where names.insert(member.name).inserted { traits.append(member) }
    }
    return traits
  }

  /// The browser SDK gives strangers an id too: the device's, or it says that nobody has been identified.
  private var isAnonymous: Bool {
    if case .bool(let identified)? = properties["$is_identified"] { return !identified }
    if case .bool(false)? = properties["$process_person_profile"] { return true }
    return JSON.text(for: properties["$device_id"]) == distinctID
  }

  private func actor() throws(RejectionReason) -> Actor {
    let customer = try customer()
    return isAnonymous ? Actor(anonymous: distinctID, customer: customer) : Actor(contact: distinctID, customer: customer)
  }

  private func customer() throws(RejectionReason) -> String? {
    guard let groups = properties["$groups"]?.members, !groups.isEmpty else { return nil }
    let chosen: JSON.Member?
    if let type = envelope.groupType {
      chosen = groups.last { $0.name == type }
    } else {
      chosen = groups.last { $0.name == "company" } ?? groups.first
    }
    return try Self.id(chosen?.value, envelope.text)
  }

  /// Before it knows better PostHog sends the device's id as `distinct_id`, like a contact's: so the link is an alias of the one contact
  /// to the other.
  private func identify() throws(RejectionReason) -> [LogEntry] {
    var actor = Actor(contact: distinctID, customer: try customer())
    let previous = try Self.id(properties["$anon_distinct_id"] ?? item["$anon_distinct_id"], envelope.text)
    guard let previous, previous != distinctID else { return [entry(.contact(traits: traits), actor)] }
    actor.anonymous = previous
    return [entry(.contact(traits: traits), actor), entry(.alias(previous: previous), Actor(contact: distinctID), suffix: ":alias")]
  }

  private func groupIdentify() throws(RejectionReason) -> TrackingOutcome {
    let type = JSON.text(for: properties["$group_type"]) ?? ""
    if let wanted = envelope.groupType, wanted != type { return .ignored }
    guard let group = try Self.id(properties["$group_key"], envelope.text) else { throw .noGroupID }
    var actor = try actor()
    // Server SDKs make up a sender for this call: `$company_acc-9`.
    if distinctID.hasPrefix("$\(type)_") { actor = Actor() }
    actor.customer = group
    return .entries([entry(.customer(attributes: properties["$group_set"]?.members ?? []), actor)])
  }

  private func event(_ name: String) throws(RejectionReason) -> [LogEntry] {
    let actor = try actor()
    let kept = (properties.members ?? []).filter { !Self.spent.contains($0.name) }
    var entries = [entry(.event(name: name, properties: EventProperties(kept)), actor)]
    let stated = properties["$set"]?.members ?? item["$set"]?.members ?? []
    if !stated.isEmpty { entries.append(entry(.contact(traits: stated), actor, suffix: ":set")) }
    return entries
  }
}
