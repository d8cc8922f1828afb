import Domain
import Testing

@testable import Dashboard

/// What holds of every page, whatever is in it.
@Suite("Every page keeps the rules of the house") struct PageRuleTests {
  /// All pages in all states, by name.
  private static let samples: [String: PageSample] = {
    var samples: [String: PageSample] = [:]
    for texts in PageSamples.Texts.allCases {
      for role in [Role.viewer, .successManager, .lead, .operations] {
        let pages = PageSamples(texts: texts, role: role)
        for sample in pages.all + pages.empty { samples["\(sample.name), \(texts.rawValue), \(role.title)"] = sample }
      }
    }
    return samples
  }()
  static let names = samples.keys.sorted()
  static let typical = (PageSamples().all + PageSamples().empty).map(\.name)

  private func markup(_ name: String) throws -> Markup { Markup(try #require(Self.samples[name]).html) }

  @Test("It is well-formed, its ids are unique, its fields have labels, nothing leads out of the house", arguments: names)
  func faults(name: String) throws {
    let faults = try markup(name).faults
    #expect(faults.isEmpty, "\(faults.prefix(5))")
  }

  @Test("Its headings go down step by step from one first", arguments: names)
  func headings(name: String) throws {
    let levels = try markup(name).elements.compactMap { element -> Int? in
      guard element.name.count == 2, element.name.hasPrefix("h") else { return nil }
      return element.name.last?.wholeNumberValue
    }
    #expect(levels.first == 1)
    #expect(levels.count { $0 == 1 } == 1)
    for (above, below) in zip(levels, levels.dropFirst()) { #expect(below <= above + 1, "h\(below) after h\(above)") }
  }

  @Test("What others wrote stays text", arguments: names)
  func noAttack(name: String) throws {
    let html = try #require(Self.samples[name]).html.text
    #expect(!html.contains("<script>alert"))
    #expect(!html.contains(String(repeating: "x", count: 5_000)), "a book where a name is meant")
    let scripts = try markup(name).all("script")
    #expect(scripts.allSatisfy { $0["src"] == "/assets/script-1.js" || $0["type"] == "application/json" })
    let blocks = scripts.filter { $0["src"] == nil }
    #expect(blocks.allSatisfy { (try? JSON.parse($0.text)) != nil })
  }

  @Test("It weighs at most 100 kB with everything it loads", arguments: typical)
  func weight(name: String) throws {
    let pages = PageSamples()
    let sample = try #require((pages.all + pages.empty).first { $0.name == name })
    let bytes = sample.html.text.utf8.count + Look.style.utf8.count + Look.script.utf8.count
    #expect(bytes <= 100_000, "\(bytes) bytes, \(sample.html.text.utf8.count) of them the page")
  }

  @Test("Whoever only looks finds no form but search, filters, her own account and the way out")
  func viewer() {
    let pages = PageSamples(role: .viewer)
    for sample in pages.rooms + pages.machinery where sample.name != "account" {
      let forms = Markup(sample.html).all("form")
      let posts = forms.filter { $0["method"] == "post" }
      #expect(posts.map { $0["action"] } == ["/sign-out"], "\(sample.name)")
      #expect(forms.filter { $0["method"] == "get" }.allSatisfy { ["/customers", "/audit"].contains($0["action"] ?? "") })
    }
  }

  @Test("Every form that changes something carries the token, says where to go back to, and has a button", arguments: typical)
  func forms(name: String) throws {
    let pages = PageSamples()
    let html = try #require((pages.all + pages.empty).first { $0.name == name }).html.text
    for part in html.split(separator: "<form ").dropFirst() where part.hasPrefix("method=\"post\"") {
      let form = part.prefix(upTo: part.firstRange(of: "</form>")?.lowerBound ?? part.endIndex)
      #expect(form.contains("name=\"csrf\" value=\"token\""))
      #expect(form.contains("<button type=\"submit\""))
      let needsBack = !["/sign-in\"", "/sign-out\"", "/link/"].contains { form.contains("action=\"\($0)") }
      #expect(form.contains("name=\"back\" value=\"/") == needsBack, "\(form.prefix(80))")
    }
  }

  @Test("An empty page says what it lacks and what would change that", arguments: ["today-empty", "health-empty", "customers-empty"])
  func emptyPages(name: String) throws {
    let markup = Markup(try #require(PageSamples().empty.first { $0.name == name }).html)
    #expect(markup.with(class: "empty").contains { $0.text.contains("holdfast import customers FILE") })
  }
}
