import Domain
import Testing

@testable import Dashboard

@Suite("Components") struct ComponentTests {
  private let hostile = LookSamples.hostile
  private let shell = LookSamples.shell()

  @Test("No text gets out of its place, whatever somebody is called")
  func hostileText() {
    let everything: HTML = """
      \(heading(hostile, beside: badge(.critical, score: 3), actions: link("/", hostile)))
      \(card(title: hostile, actions: buttonLink("/", hostile), problem(hostile)))
      \(tiles([(hostile, "\(hostile)", "\(hostile)")]))\(facts([(hostile, "\(hostile)")]))\(emptyState(hostile, hint: "\(hostile)"))
      \(form(shell, action: "/x/\(hostile)", id: "f", field(
          label: hostile, name: hostile, value: hostile, hint: hostile, error: hostile, id: "i", attributes: [("pattern", hostile)])))
      \(select(label: hostile, name: "s", options: [(hostile, hostile)], selected: hostile, hint: hostile, error: hostile))
      \(textArea(label: hostile, name: "t", value: hostile, hint: hostile, error: hostile))\(checkbox(label: hostile, name: hostile))
      \(button(hostile, name: hostile, value: hostile))\(hidden(hostile, hostile))\(tag(hostile))\(fold(hostile, "\(hostile)"))
      \(table(caption: hostile, head: [Column(hostile, sort: .init(path: "/\(hostile)", direction: .descending))], rows: [["\(hostile)"]]))
      \(pager(next: "/\(hostile)", first: "/\(hostile)"))\(choices(label: hostile, [("/\(hostile)", hostile, true)]))
      \(entries([Entry(mark: tag(hostile), title: "\(hostile)", detail: "\(hostile)", when: "\(hostile)")], label: hostile))
      \(timeline([Happening(at: shell.now, kind: hostile, title: "\(hostile)", detail: "\(hostile)")], shell))
      \(completions([(hostile, hostile)]))\(scoreFigure(3, .critical, since: (9, hostile)))
      """
    let markup = Markup(everything)
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.all("script").count == 1)
    #expect(markup.all("img").isEmpty)
    #expect(markup.with(id: "i")?["value"] == hostile)
    #expect(markup.with(id: "i")?["pattern"] == hostile)
    #expect(markup.with(id: "t")?.text == "\n" + hostile)
    #expect(markup.all("h1").map(\.text) == [hostile])
  }

  @Test("A field's label, hint and error are joined to it")
  func fieldNotes() {
    let markup = Markup(field(label: "Due", name: "due", value: "x", hint: "A date.", error: "That is no date.", required: true))
    let input = markup.with(id: "due")
    #expect(input?["aria-describedby"] == "due-error due-hint")
    #expect(input?["aria-invalid"] == "true")
    #expect(input?["required"] != nil)
    #expect(markup.with(id: "due-error")?.text == "That is no date.")
    #expect(Markup(field(label: "Due", name: "due")).with(id: "due")?["aria-describedby"] == nil)
  }

  @Test("A field of several lines says how much it takes")
  func bounded() {
    #expect(Markup(textArea(label: "Note", name: "note", maximum: 4_000)).with(id: "note")?["maxlength"] == "4000")
    #expect(Markup(textArea(label: "Note", name: "note")).with(id: "note")?["maxlength"] == nil)
    #expect(Markup(textArea(label: "Note", name: "note", isReadOnly: true)).with(id: "note")?["readonly"] != nil)
  }

  @Test("A form that changes something posts, with its token; one that asks does not")
  func forms() {
    let change = Markup(form(LookSamples.shell(csrf: "a\"b"), action: "/tasks/1/close", button("Close task")))
    #expect(change.all("form").first?["method"] == "post")
    #expect(change.all("input").map { $0["value"] } == ["a\"b"])
    let question = Markup(query(action: "/customers", button("Filter")))
    #expect(question.all("form").first?["method"] == "get")
    #expect(question.all("input").isEmpty)
  }

  @Test("Of several options the selected one is selected")
  func options() {
    let markup = Markup(select(label: "Role", name: "role", options: [("a", "A"), ("b", "B")], selected: "b"))
    #expect(markup.all("option").filter { $0["selected"] != nil }.map { $0["value"] } == ["b"])
  }

  @Test("A band is a shape, a word and a colour, each its own")
  func badges() {
    let badges = Band.allCases.map { Markup(badge($0, score: 31)) }
    #expect(badges.map { $0.elements[0].text } == ["31 Critical", "31 At-risk", "31 Healthy"])
    #expect(Set(badges.map { $0.elements[0].classes }).count == 3)
    #expect(Set(Band.allCases.map(\.shape)).count == 3)
  }

  @Test("A fall and a rise are told by arrow, word and number")
  func changes() {
    #expect(Markup(change(from: 70, to: 47)).elements[0].text == "▼ down 23")
    #expect(Markup(change(from: 47, to: 70)).elements[0].text == "▲ up 23")
    #expect(Markup(change(from: 47, to: 47)).elements[0].text == "±0")
  }

  @Test("A cell carries its column's name, for narrow screens; a sorted column says so")
  func tables() {
    let head = [Column("Customer", sort: .init(path: "/customers?sort=-name", direction: .ascending)), Column("MRR", .number)]
    let markup = Markup(table(caption: "Customers", head: head, rows: [["Acme", "12"], ["Zeta", "3"]], isList: true))
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.all("td").map { $0["data-label"] } == ["Customer", "MRR", "Customer", "MRR"])
    #expect(markup.all("th").map { $0["aria-sort"] } == ["ascending", nil])
    #expect(markup.all("tbody").first?["data-list"] != nil)
    #expect(markup.rows == [["Acme", "12"], ["Zeta", "3"]])
    #expect(pager(next: nil) == .empty)
    #expect(Markup(pager(next: "/customers?after=a&sort=b")).all("a").map { $0["href"] } == ["/customers?after=a&sort=b"])
  }

  @Test(
    "A customer's address holds any id",
    arguments: [
      ("acme", "/customers/acme"), ("a.b-c_d~e", "/customers/a.b-c_d~e"), ("a/b?c#d", "/customers/a%2Fb%3Fc%23d"),
      ("..", "/customers/%2E%2E"),
      (".", "/customers/%2E"), ("ä \u{1}", "/customers/%C3%A4%20%01"), ("100%", "/customers/100%25"),
    ])
  func customerPaths(id: String, path: String) {
    #expect(customerPath(id) == path)
  }

  @Test("What happened stands under the days of the reader's zone")
  func timelineByDay() {
    let late = LookSamples.instant("2026-11-25T23:30:00Z")
    let list = ["2026-11-26T09:00:00Z", "2026-11-25T23:30:00Z", "2026-11-25T08:00:00Z", "2026-11-20T08:00:00Z"].map {
      Happening(at: LookSamples.instant($0), kind: "event", title: "login")
    }
    let markup = Markup(timeline(list, shell))
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.all("h3").map(\.text) == ["Today", "Yesterday", "Fri 20 Nov 2026"])
    #expect(markup.all("time").map(\.text) == ["10:00", "00:30", "09:00", "09:00"])
    #expect(Clock(timeZone: "UTC").day(late) < Clock(timeZone: "Europe/Berlin").day(late))
    #expect(timeline([], shell) == .empty)
  }

  @Test("Names for completion come through JSON unharmed")
  func completionNames() throws {
    let markup = Markup(completions([("plan", "text"), ("</script><b>", "\"")]))
    let text = try #require(markup.with(id: "names")?.text)
    let json = try JSON.parse(text)
    #expect(json.array?.map { $0["name"]?.string } == ["plan", "</script><b>"])
  }
}
