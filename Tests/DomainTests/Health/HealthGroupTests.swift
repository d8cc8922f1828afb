import Domain
import TestKit
import Testing

@Suite("Groups of customers")
struct HealthGroupTests {
  private static func group(_ tier: HealthGroup.Name, _ customers: Int) -> HealthGroup {
    HealthGroup(kind: .tier, name: tier, customers: customers, scoreSum: customers * 50, bands: [.atRisk: customers])
  }

  @Test("that are small lose their name and never a customer, in whatever parts they were counted")
  func largest() {
    for seed in 0..<cases(50) {
      var random = SplitMix64(seed: seed)
      var parts = (0..<4).map { _ in HealthGroups(capacity: random.whole(in: 1...9)) }
      var customers = 0
      for _ in 0..<60 {
        let count = random.whole(in: 1...9)
        let name: HealthGroup.Name = random.chance(0.1) ? .none : .named("tier \(random.below(12))")
        parts[random.below(4)].add(Self.group(name, count))
        customers += count
      }
      var whole = HealthGroups()
      for part in parts { whole.add(part) }
      for groups in [whole, whole.largest(3)] {
        #expect(groups.all.reduce(0) { $0 + $1.customers } == customers, "seed \(seed)")
        #expect(groups.all.reduce(0) { $0 + $1.scoreSum } == customers * 50, "seed \(seed)")
        #expect(groups.all.reduce(0) { $0 + ($1.bands[.atRisk] ?? 0) } == customers, "seed \(seed)")
      }
      let named = whole.largest(3).all.filter { if case .named = $0.name { true } else { false } }
      #expect(named.count <= 3)
      #expect(named.map(\.customers) == named.map(\.customers).sorted(by: >), "seed \(seed)")
    }
  }

  @Test("keep their names apart in the database, whatever a tier is called")
  func names() {
    for name in [HealthGroup.Name.none, .rest, .named("gold"), .named("*"), .named(""), .named("=")] {
      #expect(HealthGroup.Name(text: name.text) == name)
    }
  }
}

@Suite("Local days")
struct LocalCalendarTests {
  @Test(
    "are those of the place",
    arguments: [
      ("UTC", "2026-06-30T23:59:59Z", "2026-06-30"), ("Europe/Berlin", "2026-06-30T22:00:00Z", "2026-07-01"),
      ("Europe/Berlin", "2026-06-30T21:59:59Z", "2026-06-30"), ("America/New_York", "2026-01-01T04:59:59Z", "2025-12-31"),
      ("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29"), ("Pacific/Kiritimati", "2026-01-01T10:00:00Z", "2026-01-02"),
      ("No/Such_Place", "2026-06-30T23:59:59Z", "2026-06-30"),
    ])
  func days(_ zone: String, _ text: String, _ day: String) throws {
    let instant = try #require(Instant(iso8601: text))
    #expect(LocalCalendar(timeZone: zone).day(at: instant).iso8601 == day)
  }
}
