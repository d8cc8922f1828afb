import Domain
import Foundation

/// The events that are sent: made-up customers under Zipf's law, their people, the features of the starter `sop`.
struct Workload {
  static let login = "Signed In"
  static let events = [
    login, "Report Created", "Report Shared", "Dashboard Viewed", "Dashboard Created", "Data Source Connected", "Alert Configured",
    "Export Downloaded", "Comment Added", "Teammate Invited", "API Called", "Automation Run",
  ]
  private static let plans = ["free", "team", "business"]
  private static let contactsPerCustomer = 5

  let customers: Int
  var random: SplitMix64

  /// - Parameter stream: workloads of different streams have message ids of their own.
  init(customers: Int, seed: UInt64, stream: UInt64) {
    self.customers = customers
    random = SplitMix64(seed: seed, stream: stream)
  }

  struct Event {
    var message: String
    var customer: Int
    var contact: Int
    var name: String
    var plan: String
    var items: Int
  }

  mutating func next() -> Event {
    // Under Zipf's law with exponent 1 the logarithm of the rank is evenly spread.
    let customer = min(customers, Int(pow(Double(customers + 1), random.unit())))
    return Event(
      message: Self.hex(random.next()) + Self.hex(random.next()), customer: customer, contact: random.below(Self.contactsPerCustomer),
      name: random.pick(Self.events), plan: random.pick(Self.plans), items: random.below(1_000))
  }

  /// A body for `/v1/batch`, as Segment's SDKs write it.
  mutating func batch(_ count: Int, at now: Instant) -> [UInt8] {
    let time = now.iso8601
    var text = #"{"batch":["#
    text.reserveCapacity(count * 320)
    for index in 0..<count {
      if index > 0 { text += "," }
      let event = next()
      text += #"{"type":"track","messageId":""# + event.message + #"","userId":""# + Self.contact(event) + #"","event":""# + event.name
      text += #"","timestamp":""# + time + #"","properties":{"plan":""# + event.plan + #"","items":"# + String(event.items)
      text += #"},"context":{"groupId":""# + Self.customer(event.customer)
      text += #"","library":{"name":"analytics-python","version":"2.3.4"}}}"#
    }
    text += #"],"sentAt":""# + time + #""}"#
    return Array(text.utf8)
  }

  /// A call of `track`.
  static func track(_ message: String, _ event: String, of contact: String, at customer: String, when: Instant? = nil) -> JSON {
    let time: [JSON.Member] = when.map { [JSON.Member("timestamp", .string($0.iso8601))] } ?? []
    return .object(
      [
        JSON.Member("type", "track"), JSON.Member("messageId", .string(message)), JSON.Member("userId", .string(contact)),
        JSON.Member("event", .string(event)), JSON.Member("context", ["groupId": .string(customer)]),
      ] + time)
  }

  /// A body for `/v1/batch` of calls.
  static func batch(_ calls: [JSON]) -> [UInt8] { JSON.object([JSON.Member("batch", .array(calls))]).printedBytes() }

  /// A line for `holdfast import events`, at some time in the four weeks before `now`.
  mutating func line(before now: Instant) -> String {
    let event = next()
    let at = now - .seconds(Int64(random.below(28 * 86_400)))
    var text = #"{"message_id":""# + event.message + #"","event":""# + event.name + #"","at":""# + at.iso8601
    text += #"","contact":""# + Self.contact(event) + #"","customer":""# + Self.customer(event.customer)
    text += #"","plan":""# + event.plan + #"","items":"# + String(event.items) + "}\n"
    return text
  }

  static func contact(_ event: Event) -> String { "u-\(event.customer)-\(event.contact)" }
  static func customer(_ number: Int) -> String { "c-\(number)" }

  static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
