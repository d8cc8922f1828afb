import TestKit
import Testing

@testable import Engine

private final class Cell: Aging {
  var generation = 0
}

@Suite("What the fold remembers")
struct RecentTests {
  @Test("are never many more than the maximum, and those that are asked for again and again stay")
  func bounded() {
    var recent = Recent<Cell>(maximum: 1_000)
    for step in 0..<200 {
      for number in 0..<90 { recent["\(step)-\(number)"] = Cell() }
      for number in 0..<10 where recent["often-\(number)"] == nil {
        #expect(step == 0)
        recent["often-\(number)"] = Cell()
      }
      recent.trim()
      #expect(recent.count <= 1_250)
    }
    #expect(recent["0-0"] == nil)
    #expect(recent["199-0"] != nil)
  }

  @Test("all stay while they are no more than the maximum")
  func allStay() {
    var recent = Recent<Cell>(maximum: 1_000)
    for number in 0..<1_000 { recent["\(number)"] = Cell() }
    for _ in 0..<10 {
      for number in 0..<700 { _ = recent["\(number)"] }
      recent.trim()
    }
    #expect(recent.count == 1_000)
  }

  @Test("are bounded too where one step asks for more than there is room for")
  func oneLargeStep() {
    var recent = Recent<Cell>(maximum: 100)
    for number in 0..<1_000 { recent["\(number)"] = Cell() }
    recent.trim()
    recent.trim()
    #expect(recent.count <= 125)
  }
}
