import Domain

/// The subscription: renewed, now and then unpaid, grown, canceled.
extension SimulatedCustomer {
  func subscription(status: String, canceledAt: Instant? = nil) -> SubscriptionRecord {
    let tier = profile.plan == .enterprise ? "enterprise" : profile.plan == .business ? "mid-market" : "small-business"
    return SubscriptionRecord(
      id: profile.subscriptionID, plan: profile.plan.rawValue, tier: tier, mrr: profile.plan.price * Double(seats), seats: Double(seats),
      status: status, startedAt: createdAt, renewsAt: canceledAt == nil ? renewsAt : nil, canceledAt: canceledAt)
  }

  mutating func pay(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    let age = day.index - joinDay
    // An hour nobody else uses, so that one day brings at most one statement.
    let at = day.instant(localMinute: 4 * 60 + Double(profile.number % 60), offset: 0)
    guard age > 0, at < day.end - .seconds(2), at > createdAt else { return }
    if renewsAt <= at {
      renewsAt = renewsAt + .days(365)
      add(.subscription(subscription(status: pastDueUntil == nil ? "active" : "past_due")), at: at, day, into: &entries)
    } else if let until = pastDueUntil {
      guard day.index >= until else { return }
      pastDueUntil = nil
      add(.subscription(subscription(status: "active")), at: at, day, into: &entries)
    } else if (day.index + profile.number) % 30 == 0, random.chance(persona == .sliding || persona == .dormant ? 0.09 : 0.012) {
      pastDueUntil = day.index + random.whole(in: 3...12)
      add(.subscription(subscription(status: "past_due")), at: at, day, into: &entries)
    } else if persona == .thriving, random.chance(0.0025) {
      seats += max(seats / 6, 1)
      add(.subscription(subscription(status: "active")), at: at, day, into: &entries)
    }
  }

  /// Cancels; some say why.
  mutating func leave(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    let at = max(SimulatedCustomer.workingTime(on: day, offset: profile.country.offset, &random), createdAt + .hours(1))
    guard at < day.end - .seconds(2) else { return }
    add(.subscription(subscription(status: "canceled", canceledAt: at)), at: at, day, into: &entries)
    guard random.chance(0.4) else { return }
    let answer = ResponseRecord(
      id: "exit-\(1_000 + profile.number)", survey: "exit", comment: random.pick(Vocabulary.exitReasons))
    add(.response(answer), contact: 0, at: at + .seconds(40), day, into: &entries)
  }

  /// A survey about every ninety days; about a third of those asked answer, the unhappy a little less.
  mutating func answerSurvey(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    guard day.index >= nextSurveyDay else { return }
    nextSurveyDay = day.index + random.whole(in: 85...100)
    guard random.chance(persona == .dormant ? 0.08 : persona == .sliding ? 0.22 : 0.36) else { return }
    let at = SimulatedCustomer.workingTime(on: day, offset: profile.country.offset, &random)
    guard at >= createdAt + .hours(1) else { return }
    let score = min(max(random.bell(mean: persona.recommends, deviation: 1.5).rounded(), 0), 10)
    let comments = score >= 9 ? Vocabulary.praise : score >= 7 ? Vocabulary.indifference : Vocabulary.complaints
    let contact = random.below(contacts)
    let answer = ResponseRecord(
      id: "nps-\(profile.number)-\(day.index)", survey: "nps", score: score, comment: random.chance(0.5) ? random.pick(comments) : nil)
    add(.response(answer), contact: contact, at: at, day, into: &entries)
  }
}
