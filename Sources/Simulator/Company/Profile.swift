import Domain

/// What does not change about a simulated customer. A pure function of the seed and the customer's number, so that it need not be kept.
struct Profile: Sendable {
  var number: Int
  var plan: Plan
  var seats: Int
  var country: Country
  var industry: String
  var successManager: String
  var contactCount: Int
  /// How many features it will ever take up.
  var breadth: Int
  /// Sessions on an ordinary working day.
  var sessionsPerDay: Double
  /// Its frailty, 1 on average.
  var risk: Double
  var name: String
  var domain: String

  var id: String { "c-\(1_000 + number)" }
  var subscriptionID: String { "sub-\(1_000 + number)" }
  /// Contacts tell their customer's number, so no table of them is kept.
  func contactID(_ index: Int) -> String { "u-\(1_000 + number * Profile.mostContacts + index)" }

  static let mostContacts = 12

  init(number: Int, seed: UInt64) {
    var random = SplitMix64(seed: seed, stream: UInt64(number) &* 2)
    self.number = number
    plan = Plan.allCases[random.index(weighted: Plan.allCases.map(\.share)) ?? 0]
    seats = random.whole(in: plan.seats)
    country = Vocabulary.countries[random.index(weighted: Vocabulary.countries.map(\.share)) ?? 0]
    industry = random.pick(Vocabulary.industries)
    successManager = random.pick(Vocabulary.successManagers)
    contactCount = min(random.whole(in: plan.contacts), Profile.mostContacts)
    breadth = random.whole(in: plan.breadth)
    sessionsPerDay = random.heavyTailed(least: plan.leastSessions, most: 6)
    risk = 0.35 + 1.3 * random.unit()
    (name, domain) = Profile.name(number: number, seed: seed)
  }

  /// Names differ from customer to customer, up to 30 800 of them: steps through all combinations by a stride without common factor.
  private static func name(number: Int, seed: UInt64) -> (name: String, domain: String) {
    let heads = Vocabulary.nameHeads.count
    let tails = Vocabulary.nameTails.count
    let combinations = heads * tails * Vocabulary.nameKinds.count
    let index = (number &* 7_919 &+ Int(seed % 1_000_003)) % combinations
    let stem = Vocabulary.nameHeads[index % heads] + Vocabulary.nameTails[index / heads % tails]
    let kind = Vocabulary.nameKinds[index / (heads * tails)]
    let suffix = String(kind.lowercased().filter { $0 >= "a" && $0 <= "z" })
    return (stem + kind, stem.lowercased() + suffix + ".example")
  }

  func attributes(createdAt: Instant) -> [JSON.Member] {
    [
      JSON.Member("name", .string(name)), JSON.Member("created_at", .string(createdAt.iso8601)),
      JSON.Member("plan", .string(plan.rawValue)),
      JSON.Member("industry", .string(industry)), JSON.Member("country", .string(country.code)),
      JSON.Member("seats", .integer(Int64(seats))),
      JSON.Member("csm", .string(successManager)),
      JSON.Member("owner", .string(successManager.lowercased().replacing(" ", with: ".") + "@example.com")),
    ]
  }

  func traits(ofContact index: Int, seed: UInt64) -> [JSON.Member] {
    var random = SplitMix64(seed: seed &+ 0x5EED, stream: UInt64(number * Profile.mostContacts + index))
    let first = random.pick(Vocabulary.firstNames)
    let last = random.pick(Vocabulary.lastNames)
    // The index keeps namesakes at one customer apart.
    let email = "\(first.lowercased()).\(last.lowercased())\(index == 0 ? "" : "\(index + 1)")@\(domain)"
    return [
      JSON.Member("email", .string(email)), JSON.Member("name", .string("\(first) \(last)")),
      JSON.Member("title", .string(random.pick(Vocabulary.titles))), JSON.Member("role", .string(index == 0 ? "owner" : "member")),
      JSON.Member("timezone", .string(country.timeZone)),
    ]
  }
}

/// What the simulated company sells.
enum Plan: String, CaseIterable, Sendable {
  case starter, team, business, enterprise

  /// Weight among customers.
  var share: Double {
    switch self {
    case .starter: 42
    case .team: 33
    case .business: 19
    case .enterprise: 6
    }
  }
  var seats: ClosedRange<Int> {
    switch self {
    case .starter: 2...10
    case .team: 8...40
    case .business: 30...160
    case .enterprise: 120...900
    }
  }
  var contacts: ClosedRange<Int> {
    switch self {
    case .starter: 1...3
    case .team: 2...6
    case .business: 3...9
    case .enterprise: 6...12
    }
  }
  var breadth: ClosedRange<Int> {
    switch self {
    case .starter: 4...8
    case .team: 4...10
    case .business: 6...12
    case .enterprise: 7...12
    }
  }
  var leastSessions: Double {
    switch self {
    case .starter: 0.13
    case .team: 0.18
    case .business: 0.28
    case .enterprise: 0.5
    }
  }
  /// Per seat and month, in the company's currency.
  var price: Double {
    switch self {
    case .starter: 15
    case .team: 24
    case .business: 39
    case .enterprise: 55
    }
  }
}
