import Domain

/// What contacts do in the product.
extension SimulatedCustomer {
  mutating func work(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    let offset = profile.country.offset
    var rate = profile.sessionsPerDay
    // Who has just bought looks in more often than the plan alone would have it.
    if persona == .onboardingWell { rate = max(rate, 0.6) }
    if persona == .recovering { rate = max(rate, 0.3) }
    for _ in 0..<random.poisson(rate * persona.activity(after: day.index - personaDay) * day.seasonShape) {
      let at = SimulatedCustomer.workingTime(on: day, offset: offset, &random)
      guard at >= createdAt, random.chance(SimulatedDay.weekShape(at, offset: offset)) else { continue }
      session(from: at, day, into: &entries)
    }
    if adopted & (1 << ProductFeature.apiCalled.rawValue) != 0 { callInterface(day, into: &entries) }
  }

  private mutating func session(from start: Instant, _ day: SimulatedDay, into entries: inout [LogEntry]) {
    let contact = random.zipf(contacts)
    add(signIn(), contact: contact, at: start, day, into: &entries)
    var at = start
    for step in 0..<(random.poisson(1.3) + (adopted == 0 ? 1 : 0)) {
      at = at + .milliseconds(Int64(random.whole(in: 4_000...900_000)))
      guard at < day.end - .seconds(2) else { return }
      let wantsNew = adopted == 0 || (step == 0 && random.chance(persona.adoptionPerSession))
      guard let feature = (wantsNew ? adoptAnother() : nil) ?? usual() else { continue }
      let properties = EventProperties(feature.properties(&random))
      add(.event(name: feature.event, properties: properties), contact: contact, at: at, day, into: &entries)
    }
  }

  /// One of the features in use.
  private mutating func usual() -> ProductFeature? {
    random.index(weighted: ProductFeature.allCases.map { adopted & (1 << $0.rawValue) != 0 ? $0.frequency : 0 })
      .map { ProductFeature.allCases[$0] }
  }

  /// Programs know no weekend; what they do falls off when nobody looks after them.
  private mutating func callInterface(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    for _ in 0..<random.poisson(0.25 * persona.activity(after: day.index - personaDay)) {
      let at = day.start + .milliseconds(Int64(random.below(86_398_000)))
      guard at >= createdAt + .hours(1) else { continue }
      let properties = ProductFeature.apiCalled.properties(&random)
      add(.event(name: ProductFeature.apiCalled.event, properties: EventProperties(properties)), contact: 0, at: at, day, into: &entries)
    }
  }
}
