/// What an alert has to say, apart from how a channel says it: the payload of its deliveries. A connector turns it into its own form when
/// it sends.
public struct AlertMessage: Hashable, Sendable {
  /// The payload's `message` member, by which a connector knows what it has before it.
  public static let label = "critical-alert"

  public struct Standing: Hashable, Sendable {
    public var score: Int
    public var band: Band
    public init(score: Int, band: Band) {
      self.score = score
      self.band = band
    }
  }

  public var company: String
  /// The customer's id.
  public var customer: String
  public var name: String?
  public var now: Standing
  /// Before it became critical; `nil` where not known (after a wait).
  public var previous: Standing?
  /// Heaviest first.
  public var reasons: [HealthReason]
  /// Where people read on; `nil` where no public address is known.
  public var link: String?
  /// When the alert opened.
  public var since: Instant

  public init(
    company: String, customer: String, name: String?, now: Standing, previous: Standing?, reasons: [HealthReason], link: String?,
    since: Instant
  ) {
    self.company = company
    self.customer = customer
    self.name = name
    self.now = now
    self.previous = previous
    self.reasons = reasons
    self.link = link
    self.since = since
  }

  /// The name where there is one, else the id.
  public var customerLabel: String {
    guard let name, name.contains(where: { !$0.isWhitespace }) else { return customer }
    return name
  }

  /// One line for people: "Critical: Acme, 31".
  public var title: String { "Critical: \(customerLabel), \(now.score)" }
}

extension AlertMessage {
  /// The stored form.
  public var json: JSON {
    [
      "message": .string(Self.label),
      "company": .string(company),
      "customer": .string(customer),
      "name": name.map(JSON.string) ?? .null,
      "score": .integer(Int64(now.score)),
      "band": .string(now.band.rawValue),
      "previous": previous.map { ["score": .integer(Int64($0.score)), "band": .string($0.band.rawValue)] } ?? .null,
      "reasons": .array(reasons.map(\.json)),
      "link": link.map(JSON.string) ?? .null,
      "since": .string(since.iso8601),
    ]
  }

  /// Reads the stored form; `nil` where it is none.
  public init?(_ json: JSON) {
    guard json["message"]?.string == Self.label, let company = json["company"]?.string, let customer = json["customer"]?.string,
      let now = Standing(json), let reasons = json["reasons"]?.array, let since = json["since"]?.string.flatMap(Instant.init(iso8601:))
    else { return nil }
    self.init(
      company: company, customer: customer, name: json["name"]?.string, now: now, previous: json["previous"].flatMap(Standing.init),
      reasons: reasons.compactMap(HealthReason.init), link: json["link"]?.string, since: since)
  }
}

extension AlertMessage.Standing {
  /// Reads the members `score` and `band`; `nil` where they are none.
  init?(_ json: JSON) {
    guard case .integer(let score)? = json["score"], (0...100).contains(score), let band = json["band"]?.string.flatMap(Band.init) else {
      return nil
    }
    self.init(score: Int(score), band: band)
  }
}

extension HealthReason {
  fileprivate var json: JSON {
    var members: [JSON.Member] = [.init("title", .string(title)), .init("signal", .string(signal)), .init("lost", .integer(Int64(lost)))]
    if let points { members.append(.init("points", .integer(Int64(points)))) }
    if let max { members.append(.init("max", .integer(Int64(max)))) }
    return .object(members)
  }

  fileprivate init?(_ json: JSON) {
    guard let title = json["title"]?.string, let signal = json["signal"]?.string, let lost = json["lost"]?.double else { return nil }
    self.init(
      title: title, signal: signal, lost: Int(exactly: lost) ?? 0, points: json["points"]?.double.flatMap(Int.init(exactly:)),
      max: json["max"]?.double.flatMap(Int.init(exactly:)))
  }
}
