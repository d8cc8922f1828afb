import Domain
import Testing

@testable import Dashboard

@Suite("Numbers on pages that are counted only so far") struct CountTests {
  private func today(_ role: Role = .lead, _ change: (inout TodayPage) -> Void) -> Markup {
    let pages = PageSamples(role: role)
    var page = pages.today
    change(&page)
    return Markup(page.html(pages.shell(.today)))
  }

  private func tiles(_ markup: Markup) -> [String] { markup.with(class: "value").map(\.text) }

  @Test("Figures are what was counted, not what is listed, and say where there is more")
  func figures() {
    let markup = today { page in
      (page.overdue, page.dueToday) = (130, 7)
      (page.criticalCount, page.slidCount) = (45, .init(10_000, isMore: true))
    }
    #expect(tiles(markup) == ["130", "7", "45", "more than \(grouped(10_000))"])
    #expect(markup.all("a").contains { $0.text == "See all 45" })
    let uncounted = today { $0.criticalCount = .init(2, isMore: true) }
    #expect(uncounted.all("a").contains { $0.text == "See all" })
  }

  @Test("While it is being found out who slid, nobody is said not to have")
  func finding() {
    let markup = today { page in
      (page.slid, page.slidCount, page.isFindingSlid) = ([], 0, true)
    }
    #expect(tiles(markup).last == "…")
    #expect(markup.with(class: "empty").map(\.text) == ["They are being looked for; load the page again in a moment."])
  }

  @Test("Of more customers than are looked at nothing found is not told as nothing there")
  func unseen() {
    let markup = today { page in
      (page.critical, page.criticalCount) = ([], .init(0, isMore: true))
    }
    #expect(tiles(markup)[2] == "none found")
    #expect(markup.with(class: "empty").map(\.text) == ["None of yours that was looked at is critical."])
  }

  @Test("Tasks of nobody are listed for those who may work, and each list says how many there are beyond it")
  func beyond() {
    let markup = today { page in
      (page.moreLate, page.moreFree) = (12, .init(9_980, isMore: true))
    }
    let hints = markup.with(class: "hint").map(\.text)
    #expect(hints.contains("And 12 more tasks, due later than these."))
    #expect(hints.contains("And more than \(grouped(9_980)) more tasks, due later than these."))
    #expect(markup.with(id: "free")?.text.contains("Say hello") == true)
    #expect(today(.viewer) { _ in }.with(id: "free") == nil)
    #expect(today(.successManager) { _ in }.with(id: "late") == nil)
  }

  @Test("Whoever owns no customer is told of the attribute that names an owner here")
  func attribute() {
    let markup = today { page in
      (page.ownsCustomers, page.ownerAttribute) = (false, "account_manager")
    }
    #expect(markup.all("code").contains { $0.text == "account_manager" })
    #expect(!markup.all("code").contains { $0.text == "owner" })
  }

  @Test("What happened by itself is counted since yesterday")
  func yesterday() {
    #expect(today { _ in }.with(class: "hint").contains { $0.text == "Since yesterday" })
    let older = today { $0.automation.since = PageSamples.now - .days(3) }
    #expect(older.with(class: "hint").contains { $0.text == "Since 3 d ago" })
  }

  @Test("The outbox says where there are more than it counts, also of all together")
  func outbox() {
    let pages = PageSamples()
    var page = pages.outbox
    page.counts = [.pending: 3, .sent: .init(10_000, isMore: true)]
    let texts = Markup(page.html(pages.shell(.outbox))).all("a").map(\.text)
    #expect(texts.contains("Sent (more than \(grouped(10_000)))"))
    #expect(texts.contains("All (more than \(grouped(10_003)))"))
    #expect(texts.contains("Pending (3)") && texts.contains("Failed (0)"))
  }
}
