import Domain
import Testing

@testable import Dashboard

@Suite("Today") struct TodayPageTests {
  private func page(_ role: Role) -> Markup {
    let pages = PageSamples(role: role)
    return Markup(pages.today.html(pages.shell(.today)))
  }

  @Test("What is overdue stands first and says so")
  func overdue() throws {
    let items = page(.successManager).elements.filter { $0.name == "li" && $0.path.contains("ol") }
    #expect(items.first?.classes == ["overdue"])
    #expect(items.first?.text.contains("Overdue by 1 d") == true)
    #expect(items.first?.text.contains("Call: critical since Monday") == true)
    #expect(items.count { $0.classes == ["overdue"] } == 1)
    let titles = page(.successManager).all("h3").map(\.text)
    #expect(titles == ["Overdue", "Today", "Later"])
  }

  @Test("A success manager closes her own tasks and nobody's; those of others only who leads")
  func closing() {
    func closes(_ role: Role) -> [String] {
      page(role).all("form").compactMap { $0["action"] }.filter { $0.hasSuffix("/close") }
    }
    #expect(closes(.viewer) == [])
    #expect(closes(.successManager) == ["/tasks/t-1/close", "/tasks/t-2/close", "/tasks/t-3/close", "/tasks/t-8/close"])
    #expect(closes(.lead).sorted() == closes(.successManager) + ["/tasks/t-9/close"])
  }

  @Test("Whoever owns no customer sees the company's, and is told why")
  func company() {
    let pages = PageSamples(role: .executive)
    let markup = Markup(pages.todayOfCompany.html(pages.shell(.today)))
    let titles = markup.all("h2").map(\.text)
    #expect(titles.contains("The company’s most critical customers"))
    #expect(titles.contains("Who slid most this week"))
    #expect(markup.with(class: "hint").contains { $0.text.contains("No customer names you as its owner") })
  }

  @Test("All of her critical customers are one click away where not all are shown")
  func all() {
    let link = page(.successManager).all("a").first { $0.text == "See all 14" }
    #expect(link?["href"] == "/customers?where=band%20%3D%3D%20%22critical%22%20and%20owner%20%3D%3D%20%22ann%40example.com%22")
  }

  @Test("Only who may operate is led to the outbox")
  func outbox() {
    func links(_ role: Role) -> Int { page(role).all("a").count { $0["href"]?.hasPrefix("/outbox?") == true } }
    #expect(links(.lead) == 0)
    #expect(links(.operations) == 2)
  }

  @Test("Controls that say the same are told apart by the customer and the task")
  func described() {
    expectDescribed(page(.lead), ["Close", "Close task"])
    let task = page(.lead)
    #expect(task.all("summary").first { $0.text == "Close" }?["aria-describedby"] == "task-customer-1 task-1")
    #expect(task.with(id: "task-customer-1")?.text == "Globex Corporation")
    #expect(task.with(id: "task-1")?.text == "Call: critical since Monday")
  }

  @Test("A page holds a bounded number of tasks and says how many there are beyond")
  func bounded() {
    let pages = PageSamples()
    var today = pages.today
    today.tasks = (0..<100).map {
      .init(task: pages.task("x-\($0)", "Task", due: .hours(Int64($0))), customer: pages.customer("a", nil, 1))
    }
    let markup = Markup(today.html(pages.shell(.today)))
    #expect(markup.all("form").count { $0["action"]?.hasPrefix("/tasks/x-") == true } == TodayPage.mostLines)
    #expect(markup.with(class: "hint").contains { $0.text.contains("80 more tasks") })
  }
}

/// Of the controls with these words no two are described alike.
private func expectDescribed(_ markup: Markup, _ words: [String]) {
  for word in words {
    let controls = markup.elements.filter { ["summary", "button"].contains($0.name) && $0.text == word }
    let about = controls.compactMap { $0["aria-describedby"] }
    #expect(!controls.isEmpty && about.count == controls.count && Set(about).count == about.count, "\(word): \(about)")
  }
}

@Suite("One customer's page") struct CustomerPageTests {
  private func page(_ role: Role, _ change: (inout CustomerPage) -> Void = { _ in }) -> Markup {
    let pages = PageSamples(role: role)
    var page = pages.customerPage
    change(&page)
    return Markup(page.html(pages.shell(.customers)))
  }

  private func actions(_ markup: Markup) -> [String] { markup.all("form").compactMap { $0["action"] } }

  @Test("Whoever works finds every form, whoever looks none")
  func forms() {
    let expected = [
      "/alerts/critical%2Fhealth%2Fglobex%2F259200000000/snooze", "/tasks/t-1/close", "/tasks/t-1/edit", "/tasks/t-4/close",
      "/tasks/t-4/edit", "/tasks", "/customers/globex/pulse", "/customers/globex/notes",
    ]
    #expect(Array(actions(page(.successManager)).dropFirst(2)) == expected)
    #expect(actions(page(.viewer)) == ["/customers", "/sign-out"])
  }

  @Test("A snoozed alert offers to end that, and says until when and why")
  func snoozed() {
    let markup = page(.successManager) { page in
      page.work.alerts[0].alert.snoozedUntil = PageSamples.now + .days(4)
      page.work.alerts[0].snoozeReason = "On holiday"
    }
    #expect(actions(markup).contains { $0.hasSuffix("/unsnooze") })
    #expect(!actions(markup).contains { $0.hasSuffix("/snooze") })
    #expect(markup.all("p").contains { $0.text == "Snoozed until 30 Nov 2026: On holiday" })
    let over = page(.successManager) { $0.work.alerts[0].alert.snoozedUntil = PageSamples.now - .days(1) }
    #expect(actions(over).contains { $0.hasSuffix("/snooze") })
  }

  @Test("A lead gives a task to anybody, a success manager takes it")
  func owners() {
    func owners(_ role: Role) -> [String] {
      let options = page(role) { $0.work.openTasks = [] }.all("option")
      return options.map { $0["value"] ?? "" }.filter { $0.contains("@") }
    }
    #expect(owners(.lead) == ["ann@example.com", "ben@example.com"])
    #expect(owners(.successManager) == ["ann@example.com"])
  }

  @Test("Times in forms are those of the reader's zone")
  func zone() {
    let markup = page(.successManager)
    #expect(markup.with(id: "new-due")?["value"] == "2026-11-27T13:05")
    #expect(markup.with(id: "due-1")?["value"] == "2026-11-25T13:05")
    #expect(markup.with(id: "until-1")?["min"] == "2026-11-27")
  }

  @Test("It says what comes next by time alone, and the smallest step up")
  func next() {
    let texts = page(.viewer).all("p").map(\.text)
    #expect(texts.contains { $0.contains("The score changes to") && $0.contains("11") })
    #expect(page(.viewer).all("li").contains { $0.text == "Open tickets at 1 (+10)" })
  }

  @Test("Controls that say the same are told apart by the task or the alert")
  func described() {
    expectDescribed(page(.lead), ["Close", "Close task", "Change", "Change task", "Snooze", "Snooze alert"])
  }

  @Test("What one may write is as long as what is taken")
  func lengths() {
    let markup = page(.successManager)
    #expect(markup.with(id: "new-note")?["maxlength"] == "10000")
    #expect(markup.with(id: "note-1")?["maxlength"] == "4000")
  }

  @Test("The chart begins with the score before its first change, and is there where nothing has changed")
  func scoreBefore() {
    let change = HealthChange(
      at: PageSamples.now - .days(10), from: 85, to: 60, bandFrom: .healthy, bandTo: .atRisk, cause: .data, model: "m-1", points: [])
    func history(_ changes: [HealthChange]) -> Markup {
      page(.viewer) { page in
        page.score?.start = .init(at: PageSamples.now - .days(180), score: 85, band: .healthy)
        page.score?.history = changes
      }
    }
    func name(_ markup: Markup) -> String? {
      markup.all("svg").compactMap { $0["aria-label"] }.first { $0.hasPrefix("Score from") }
    }
    let fallen = history([change])
    #expect(name(fallen) == "Score from 30 May 2026 to 26 Nov 2026: now 60, lowest 60, highest 85, 1 change")
    #expect(fallen.all("td").contains { $0.text == "85 → 60" })
    #expect(name(history([])) == "Score from 30 May 2026 to 26 Nov 2026: now 85, lowest 85, highest 85, 0 changes")
  }

  @Test("What the next band takes is said in a whole sentence")
  func missing() throws {
    let lacking = try #require(PageSamples().customerPage.score?.advice?.lacking)
    let words = lacking == 1 ? "1 point is missing." : "\(lacking) points are missing."
    #expect(page(.viewer).all("p").contains { $0.text == words })
  }

  @Test("It listens for events, and what moves has a name to be exchanged by")
  func live() {
    let markup = page(.viewer)
    #expect(markup.all("main").first?["data-live"] == "/customers/globex/live")
    let parts = Set(markup.elements.compactMap { $0["data-live-part"] })
    #expect(parts.isSuperset(of: ["head", "score", "next", "history", "alerts", "timeline"]))
  }

  @Test("The timeline narrows to one kind and goes on under it")
  func timeline() {
    let markup = page(.viewer) { $0.timeline.kind = .score }
    let links = markup.all("a").compactMap { $0["href"] }
    #expect(links.contains("/customers/globex?kind=score&next=cursor#timeline"))
    #expect(links.contains("/customers/globex?kind=alert#timeline"))
    #expect(links.contains("/customers/globex#timeline"))
    #expect(markup.all("a").filter { $0["aria-current"] == "true" }.map(\.text) == ["Scores"])
  }
}

@Suite("Alerts, the outbox and the people") struct OtherPageTests {
  @Test("Of several alerts each form says which one it silences")
  func described() {
    expectDescribed(Markup(PageSamples().alerts.html(PageSamples().shell(.alerts))), ["Snooze", "Snooze alert", "End snooze"])
  }

  @Test("A refusal gives back what was written: to be mended, or at least to be copied")
  func refused() {
    let pages = PageSamples()
    let mended = Markup(pages.refused(canBeMended: true).html(pages.shell()))
    #expect(mended.with(id: "note")?.text == "\nThey will call back.\nIn January.")
    #expect(mended.with(id: "note")?["maxlength"] == nil, "a browser must not cut it")
    #expect(mended.with(id: "due")?["value"] == "2026-11-27T14:05")
    #expect(mended.all("input").contains { $0["type"] == "hidden" && $0["name"] == "outcome" && $0["value"] == "contacted" })
    #expect(mended.all("form").last?["action"] == "/tasks/t-1/close")
    #expect(mended.with(class: "notice").map { $0["role"] } == ["alert"])
    let copied = Markup(pages.refused(canBeMended: false).html(pages.shell()))
    #expect(copied.all("textarea").map(\.text) == ["\nThey will call back.\nIn January."])
    #expect(copied.with(id: "note")?["readonly"] != nil)
    #expect(copied.all("form").map { $0["action"] } == ["/customers", "/sign-out"])
  }

  @Test("A rule's precision is told with its range, and with few alerts not at all")
  func precision() {
    let lines = Markup(PageSamples().alerts.html(PageSamples().shell(.alerts))).all("li").map(\.text)
    #expect(
      lines.contains("Critical: of the newest 40 alerts, 15 preceded a downgrade or cancellation within 90 days: 38 % (24 % to 53 %)."))
    #expect(
      lines.contains(
        "Slid: of 12 alerts, 4 preceded a downgrade or cancellation within 90 days; too few to say more. 3 are too new to tell. "
          + "1 was about customers without a subscription to lose."))
  }

  @Test("What is pending can be canceled, what failed or may have failed sent again, and the latter warns")
  func outbox() {
    let pages = PageSamples()
    let markup = Markup(pages.outbox.html(pages.shell(.outbox)))
    let actions = markup.all("form").compactMap { $0["action"] }.filter { $0.hasPrefix("/outbox/") }
    #expect(actions == ["/outbox/cancel", "/outbox/retry", "/outbox/retry", "/outbox/retry"])
    #expect(markup.all("td").contains { $0.text.contains("It may have arrived") })
  }

  @Test("Nobody takes her own role away or shuts herself out")
  func people() {
    let pages = PageSamples()
    let actions = Markup(pages.people.html(pages.shell(.people))).all("form").compactMap { $0["action"] }
    #expect(
      actions.filter { $0.hasPrefix("/people/") }
        == [
          "/people/u-2/role", "/people/u-2/link", "/people/u-2/disable", "/people/u-3/enable", "/people/u-4/role", "/people/u-4/link",
          "/people/u-4/sign-out", "/people/u-4/disable",
        ])
  }

  @Test("Of her own sessions everybody ends each but the present one")
  func account() {
    let pages = PageSamples(role: .viewer)
    let actions = Markup(pages.account.html(pages.shell())).all("form").compactMap { $0["action"] }
    #expect(actions.dropFirst(2) == ["/account/password", "/account/sessions/s-2/end", "/account/sessions/end"])
  }

  @Test("Sign-in remembers the address and where one wanted to go, never the password")
  func signIn() {
    let markup = Markup(PageSamples().entrance[1].html)
    #expect(markup.with(id: "email")?["value"] == "ann@example.com")
    #expect(markup.with(id: "password")?["value"] == "")
    #expect(markup.all("input").contains { $0["name"] == "next" && $0["value"] == "/customers/globex" })
    #expect(markup.all("a").contains { $0["href"] == "/sign-in/oidc?next=%2Fcustomers%2Fglobex" })
  }

  @Test("Numbers and texts are written for people")
  func words() {
    #expect(amount(1_250.5) == "1\u{202f}250.50")
    #expect(amount(-0.001) == "0")
    #expect(amount(.nan) == "–")
    #expect(signed(1.24) == "+1.2")
    #expect(signed(-0.01) == "±0")
    #expect(counted(1, "customer") == "1 customer")
    #expect(counted(2, "delivery", "deliveries") == "2 deliveries")
    #expect(clipped("abc", 2) == "ab…")
    #expect(clipped("abc", 3) == "abc")
    #expect(quoted("a\"b\\") == "\"a\\\"b\\\\\"")
    #expect(customerLabel(id: "x", name: " \u{200b}") == "x")
  }
}
