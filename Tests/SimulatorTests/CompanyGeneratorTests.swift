import Domain
import Simulator
import Testing

@Suite struct CompanyGeneratorTests {
  /// Sunday, 22 November 2026, 16:00 UTC and Wednesday, 18 March 2026, 09:30 UTC.
  static let ends = [Instant(microseconds: 1_795_363_200_000_000), Instant(microseconds: 1_773_826_200_000_000)]

  @Test("the same seed makes the same entries, another seed others")
  func deterministic() {
    func all(_ seed: UInt64) -> [LogEntry] {
      var company = CompanyGenerator(seed: seed, customers: 120, days: 40, endingAt: Self.ends[0])
      var entries: [LogEntry] = []
      while let day = company.nextDay() { entries += day }
      return entries
    }
    let first = all(7)
    #expect(first == all(7))
    #expect(first != all(8))
  }

  @Test("a seed stands for the same company for ever")
  func pinned() {
    var company = CompanyGenerator(seed: 1, customers: 50, days: 30, endingAt: Self.ends[1])
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    while let day = company.nextDay() {
      for entry in day {
        let fact = "\(entry.fact.kind)|\(entry.fact.name ?? "")|\(entry.fact.payload.printed())"
        for byte in "\(entry.messageID)|\(entry.at.microseconds)|\(entry.receivedAt.microseconds)|\(fact)".utf8 {
          digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3
        }
      }
    }
    #expect(digest == 1_916_493_691_252_688_821, "a change here changes every demo: say so in the change log")
  }

  @Test("entries come in the order in which they happened, none from the future, no message id twice")
  func wellFormed() {
    var company = CompanyGenerator(seed: 3, customers: 400, days: 90, endingAt: Self.ends[0])
    var ids: Set<String> = []
    var last = Instant.distantPast
    var count = 0
    while let day = company.nextDay() {
      let end = company.startsAt + .days(Int64(company.day))
      for entry in day {
        #expect(entry.at <= entry.receivedAt && entry.receivedAt < end && entry.version <= entry.receivedAt)
        if company.day > 1 { #expect(entry.at >= last) }
        #expect(entry.actor.customer != nil && entry.messageID.utf8.count <= 100)
        last = entry.at
        ids.insert(entry.messageID)
        count += 1
      }
      #expect(zip(day, day.dropFirst()).allSatisfy { $0.at <= $1.at })
    }
    #expect(ids.count == count)
    #expect(company.nextDay() == nil)
  }

  @Test("records of a ticket and a subscription make sense one after another")
  func records() {
    var company = CompanyGenerator(seed: 5, customers: 500, days: 120, endingAt: Self.ends[0])
    var tickets: [String: (Instant, TicketRecord)] = [:]
    var canceled: Set<String> = []
    var reopened = 0
    while let day = company.nextDay() {
      for entry in day {
        switch entry.fact {
        case .ticket(let ticket):
          #expect(ticket.openedAt <= entry.at && (ticket.solvedAt == nil) == ticket.status.isOpen)
          if let (version, old) = tickets[ticket.id] {
            #expect(version < entry.version && old.openedAt == ticket.openedAt)
            if !old.status.isOpen, ticket.status.isOpen { reopened += 1 }
          } else {
            #expect(ticket.status == .open && ticket.openedAt == entry.at)
          }
          tickets[ticket.id] = (entry.version, ticket)
        case .subscription(let subscription):
          #expect(subscription.mrr > 0 && subscription.startedAt <= entry.at)
          #expect((subscription.canceledAt != nil) == (subscription.status == "canceled"))
          if subscription.canceledAt != nil { canceled.insert(entry.actor.customer ?? "") }
        case .event:
          #expect(!canceled.contains(entry.actor.customer ?? ""), "silence after leaving")
        default: break
        }
      }
    }
    #expect(reopened > 0 && !canceled.isEmpty && tickets.count > 300)
  }

  @Test("the company is believable under the sop model", arguments: [(1, 0), (2, 1), (42, 0)] as [(UInt64, Int)])
  func believable(seed: UInt64, end: Int) {
    var company = CompanyGenerator(seed: seed, endingAt: Self.ends[end])
    var reference = ReferenceScores()
    var before: [String: Int] = [:]
    var events = 0
    var crossings: [Int] = []
    while let day = company.nextDay() {
      reference.take(day)
      events += day.count
      let scores = reference.scores(at: company.startsAt + .days(Int64(company.day)))
      let moved = scores.filter { id, score in before[id].map { Bands().band(of: $0) != Bands().band(of: score) } ?? false }
      crossings.append(moved.count)
      before = scores
    }
    let bands = Dictionary(grouping: before.values, by: { Bands().band(of: $0) }).mapValues { Double($0.count) / Double(before.count) }
    #expect(reference.customers == 2_000)
    #expect((200_000...300_000).contains(events))
    #expect((0.60...0.72).contains(bands[.healthy] ?? 0))
    #expect((0.19...0.28).contains(bands[.atRisk] ?? 0))
    #expect((0.07...0.14).contains(bands[.critical] ?? 0))
    #expect(crossings.dropFirst().allSatisfy { (1...200).contains($0) }, "a few customers cross bands every day")
  }
}
