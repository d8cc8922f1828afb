import Domain

/// One customer's life: its persona moves from day to day and leaves entries behind. Has its own stream of random numbers, so that no
/// customer's life depends on another's.
struct SimulatedCustomer: Sendable {
  let profile: Profile
  let seed: UInt64
  let createdAt: Instant
  /// The day on which it appears in the log; 0 for those that were there before.
  let joinDay: Int
  var random: SplitMix64
  var persona: Persona
  var personaDay: Int
  /// One bit for each `ProductFeature`.
  var adopted: UInt16 = 0
  var contacts = 0
  var tickets: [SimulatedTicket] = []
  var ticketsOpened = 0
  var seats: Int
  var pastDueUntil: Int?
  var renewsAt: Instant
  var nextSurveyDay: Int
  /// Numbers the entries of a day.
  var written = 0

  init(number: Int, seed: UInt64, startsAt: Instant, days: Int) {
    profile = Profile(number: number, seed: seed)
    self.seed = seed
    var random = SplitMix64(seed: seed, stream: UInt64(number) &* 2 &+ 1)
    seats = profile.seats
    if random.chance(0.6) || days == 0 {
      joinDay = 0
      // Younger ones are more frequent: the company has been growing.
      let age = 20 + 1_000 * random.unit() * random.unit()
      createdAt = startsAt - .minutes(Int64(age * 1_440))
      persona = Persona.established(&random)
      personaDay = -random.whole(in: 0...25)
    } else {
      joinDay = random.below(days)
      let day = SimulatedDay(index: joinDay, start: startsAt + .days(Int64(joinDay)))
      createdAt = SimulatedCustomer.workingTime(on: day, offset: profile.country.offset, &random)
      persona = random.chance(0.7) ? .onboardingWell : .onboardingStuck
      personaDay = joinDay
    }
    let age = max((startsAt - createdAt).microseconds, 0) / TimeSpan.days(365).microseconds
    renewsAt = createdAt + .days(365 * (age + 1))
    nextSurveyDay = joinDay + random.whole(in: 5...90)
    self.random = random
  }

  /// Writes what happens on `day`.
  mutating func live(through day: SimulatedDay, into entries: inout [LogEntry]) {
    guard day.index >= joinDay else { return }
    written = 0
    if day.index == joinDay {
      if createdAt < day.start { arriveEstablished(day, into: &entries) } else { signUp(into: &entries) }
    } else {
      growTeam(day, into: &entries)
    }
    let before = persona
    persona = persona.next(after: day.index - personaDay, risk: profile.risk, &random)
    if persona != before { personaDay = day.index }
    if persona == .churned {
      if before != .churned { leave(day, into: &entries) }
    } else {
      work(day, into: &entries)
      pay(day, into: &entries)
      answerSurvey(day, into: &entries)
    }
    seekSupport(day, into: &entries)
  }

  /// A customer that was there before the first day is handed over as a company would import it: records with their own times, and one
  /// use of each feature it has taken up.
  private mutating func arriveEstablished(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    func past(_ days: Double) -> Instant { Swift.max(day.start - .minutes(Int64(days * 1_440)), createdAt + .hours(1)) }
    let arrival = day.start
    add(.customer(attributes: profile.attributes(createdAt: createdAt)), at: createdAt, arrival: arrival, day, into: &entries)
    for index in 0..<profile.contactCount {
      add(
        .contact(traits: profile.traits(ofContact: index, seed: seed)), contact: index, at: createdAt, arrival: arrival, day, into: &entries
      )
    }
    contacts = profile.contactCount
    add(.subscription(subscription(status: "active")), at: createdAt, arrival: arrival, day, into: &entries)
    let quiet = persona == .dormant ? 30.0 : persona == .sliding ? 9 : 0
    let used = persona == .onboardingWell ? min(3, profile.breadth) : max(profile.breadth - random.below(4), 2)
    for _ in 0..<used {
      guard let feature = adoptAnother() else { break }
      let at = past(quiet + 0.1 + 28 * random.unit())
      let contact = random.zipf(contacts)
      let properties = EventProperties(feature.properties(&random))
      add(.event(name: feature.event, properties: properties), contact: contact, at: at, arrival: arrival, day, into: &entries)
    }
    let login = past(quiet + 0.1 + min(1 / profile.sessionsPerDay, 12) * random.unit())
    add(signIn(), contact: 0, at: login, arrival: arrival, day, into: &entries)
  }

  private mutating func signUp(into entries: inout [LogEntry]) {
    let day = SimulatedDay(index: joinDay, start: createdAt)
    add(.customer(attributes: profile.attributes(createdAt: createdAt)), at: createdAt, day, into: &entries)
    contacts = 1
    add(.contact(traits: profile.traits(ofContact: 0, seed: seed)), contact: 0, at: createdAt + .milliseconds(40), day, into: &entries)
    add(.subscription(subscription(status: "active")), at: createdAt + .milliseconds(90), day, into: &entries)
    add(signIn(), contact: 0, at: createdAt + .milliseconds(700), day, into: &entries)
  }

  /// New colleagues, as long as things go well.
  private mutating func growTeam(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    guard contacts < profile.contactCount, persona != .churned, persona != .dormant, persona != .sliding else { return }
    guard random.chance(persona == .onboardingWell ? 0.18 : 0.03) else { return }
    let at = SimulatedCustomer.workingTime(on: day, offset: profile.country.offset, &random)
    guard !SimulatedDay.isWeekend(at, offset: profile.country.offset) else { return }
    add(.contact(traits: profile.traits(ofContact: contacts, seed: seed)), contact: contacts, at: at, day, into: &entries)
    contacts += 1
  }

  func signIn() -> Fact { .event(name: "Signed In", properties: [JSON.Member("method", profile.plan == .enterprise ? "sso" : "password")]) }

  /// Takes up the next feature, likelier ones first; `nil` when it has all it will ever use.
  mutating func adoptAnother() -> ProductFeature? {
    let limit = persona == .onboardingStuck ? min(2, profile.breadth) : profile.breadth
    guard adopted.nonzeroBitCount < limit else { return nil }
    let weights = ProductFeature.allCases.map { adopted & (1 << $0.rawValue) == 0 ? $0.appeal : 0 }
    guard let index = random.index(weighted: weights) else { return nil }
    adopted |= 1 << index
    return ProductFeature.allCases[index]
  }

  /// A minute of a working day, most likely in the late morning or the early afternoon; seconds included. At least two minutes before the
  /// day ends, so that what follows at once still belongs to it.
  static func workingTime(on day: SimulatedDay, offset: Int, _ random: inout SplitMix64) -> Instant {
    let hour = random.chance(0.55) ? random.bell(mean: 10.2, deviation: 1.4) : random.bell(mean: 14.8, deviation: 1.7)
    return min(day.instant(localMinute: hour * 60, offset: offset), day.end - .minutes(2))
  }

  /// Adds an entry; it arrives a little later than it happens, or at `arrival`.
  mutating func add(
    _ fact: Fact, contact: Int? = nil, at: Instant, arrival: Instant? = nil, _ day: SimulatedDay, into entries: inout [LogEntry]
  ) {
    let delay = TimeSpan.milliseconds(Int64(random.whole(in: 40...900)))
    let actor = Actor(contact: contact.map(profile.contactID), customer: profile.id)
    let id = "demo-\(seed)-\(profile.number)-\(day.index)-\(written)"
    written += 1
    entries.append(LogEntry(messageID: id, at: at, version: at, receivedAt: (arrival ?? at) + delay, actor: actor, fact: fact))
  }
}
