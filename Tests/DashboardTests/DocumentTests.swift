import Domain
import Testing

@testable import Dashboard

@Suite("The page around a page") struct DocumentTests {
  private func page(_ shell: Shell, live: String? = nil) -> Markup { Markup(document(shell, live: live, "<h1>Hello</h1>")) }

  @Test("It is whole, in English, and loads one style sheet and one script, both ours", arguments: [Role.successManager, nil])
  func whole(role: Role?) {
    let html = document(LookSamples.shell(role: role), "<h1>Hello</h1>")
    #expect(html.text.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
    let markup = Markup(html)
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.all("title").map(\.text) == ["Today · Acme"])
    #expect(markup.all("link").map { $0["href"] } == ["/assets/style-1.css"])
    #expect(markup.all("script").map { $0["src"] } == ["/assets/script-1.js"])
    #expect(markup.all("main").map { $0["id"] } == ["main"])
    #expect(markup.all("a").first?["href"] == "#main")
  }

  @Test("A person sees the doors that are open to her, and no others", arguments: Role.allCases)
  func rooms(role: Role) {
    let markup = page(LookSamples.shell(role: role, room: .health))
    let links = markup.all("a").filter { $0.path.contains("nav") }
    var expected = ["Today", "Health", "Customers", "Alerts"]
    if role == .operations { expected += ["Outbox", "System", "People", "Audit"] }
    #expect(links.map(\.text) == expected)
    #expect(links.filter { $0["aria-current"] == "page" }.map(\.text) == ["Health"])
  }

  @Test("Without a person there is no door, no search and no way out")
  func bare() {
    let markup = page(LookSamples.shell(role: nil, room: nil))
    #expect(markup.all("nav").isEmpty)
    #expect(markup.all("form").isEmpty)
  }

  @Test("Signing out posts with the token")
  func signOut() {
    let forms = page(LookSamples.shell()).all("form")
    #expect(forms.map { $0["action"] } == ["/customers", "/sign-out"])
    #expect(forms.map { $0["method"] } == ["get", "post"])
    #expect(page(LookSamples.shell()).with(class: "who").map { $0["href"] } == ["/account"])
    #expect(page(LookSamples.shell(csrf: "abc")).elements.contains { $0["name"] == "csrf" && $0["value"] == "abc" })
  }

  @Test("Names and notices stay text")
  func hostile() {
    let name = LookSamples.hostile
    let markup = page(LookSamples.shell(name: name, title: name, company: name, timeZone: name, notice: Shell.Notice(name), csrf: name))
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.all("script").count == 1)
    #expect(markup.with(class: "notice").map(\.text) == [name])
  }

  @Test("What was done and what could not be done look and sound different")
  func notices() {
    func notice(_ kind: Shell.Notice.Kind) -> Markup.Element? {
      page(LookSamples.shell(notice: Shell.Notice("So it is.", kind: kind))).with(class: "notice").first
    }
    #expect(notice(.done)?.classes == ["notice", "good"] && notice(.done)?["role"] == "status")
    #expect(notice(.problem)?.classes == ["notice", "bad"] && notice(.problem)?["role"] == "alert")
  }

  @Test("A live page names where it listens")
  func live() {
    #expect(page(LookSamples.shell(), live: "/customers/a/live").all("main").first?["data-live"] == "/customers/a/live")
    #expect(page(LookSamples.shell()).all("main").first?["data-live"] == nil)
  }
}
