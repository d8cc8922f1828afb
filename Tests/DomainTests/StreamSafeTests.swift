import Domain
import Foundation
import Testing

@Suite("Endless combining marks") struct StreamSafeTests {
  /// An order that sorting has to turn round.
  private static let marks = "\u{301}\u{316}"

  @Test(
    "Text of any language stays as it is",
    arguments: [
      "", "plain", String(repeating: "plain ", count: 100), String(repeating: "e\u{301}", count: 500),
      "Z" + String(repeating: marks, count: 15), String(repeating: "क्षि", count: 100), String(repeating: "👩‍👩‍👧", count: 100),
    ])
  func untouched(text: String) {
    #expect(text.streamSafe.unicodeScalars.elementsEqual(text.unicodeScalars))
  }

  @Test("After thirty marks in a row stands a joiner, and doing it twice changes nothing", arguments: [31, 60, 61, 1_000])
  func brokenUp(count: Int) {
    let text = "Z" + String(repeating: "\u{301}", count: count) + "a"
    let safe = text.streamSafe
    #expect(safe.unicodeScalars.count { $0 == "\u{34F}" } == (count - 1) / 30)
    #expect(safe.unicodeScalars.filter { $0 != "\u{34F}" }.elementsEqual(text.unicodeScalars))
    #expect(safe.streamSafe.utf8.elementsEqual(safe.utf8))
    #expect(safe.unicodeScalars.split { $0.properties.canonicalCombiningClass == .notReordered }.allSatisfy { $0.count <= 30 })
  }

  @Test("Vowels that are taken apart into marks count as such", arguments: ["\u{F73}", "\u{F75}", "\u{F81}"])
  func tibetan(vowel: String) {
    #expect(String(repeating: vowel, count: 31).streamSafe.unicodeScalars.contains("\u{34F}"))
  }

  @Test("Names and texts in JSON are looked up, hashed and composed in time that grows with their length", .timeLimit(.minutes(1)))
  func inJSON() throws {
    let hostile = "b" + String(repeating: Self.marks, count: 250_000)
    for text in [hostile, "\\n" + hostile] {
      let json = try JSON.parse("{\"\(text)\":\"\(text)\"}")
      let member = try #require(json.members?.first)
      #expect(json["batch"] == nil)
      #expect(!Set(["batch"]).contains(member.name))
      #expect(!(member.value.string ?? "").precomposedStringWithCanonicalMapping.isEmpty)
    }
  }
}
