import Domain
import Foundation
import Testing

@testable import Dashboard

/// Colours and sizes as the style sheet declares them, computed anew.
@Suite("The look") struct LookTests {
  enum Theme: String, CaseIterable { case light, dark }

  /// The custom properties in force in a theme.
  private static func properties(_ theme: Theme) -> [String: String] {
    let blocks = Look.style.split(separator: ":root{", omittingEmptySubsequences: false).dropFirst().map { $0.prefix { $0 != "}" } }
    // The first is light; the second, for dark screens, overrides; the third is for paper.
    var properties: [String: String] = [:]
    for block in blocks.prefix(theme == .light ? 1 : 2) {
      for line in block.split(whereSeparator: { $0 == ";" || $0 == "\n" }) where line.hasPrefix("--") {
        let parts = line.dropFirst(2).split(separator: ":", maxSplits: 1)
        properties[String(parts[0])] = String(parts[1])
      }
    }
    return properties
  }

  private static func luminance(_ name: String, _ theme: Theme) throws -> Double { try colour(name, theme).luminance }

  private static func colour(_ name: String, _ theme: Theme) throws -> Colour {
    let text = try #require(properties(theme)[name], "no \(name)")
    return try #require(Colour(text), "\(name) is no colour")
  }

  private static func contrast(_ a: String, _ b: String, _ theme: Theme) throws -> Double {
    let (one, other) = (try luminance(a, theme), try luminance(b, theme))
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
  }

  @Test("Text stands out from what it stands on by 4.5 to 1, in both themes", arguments: Theme.allCases)
  func textContrast(theme: Theme) throws {
    var pairs = ["ink", "muted", "accent"].flatMap { text in ["page", "surface", "sunk", "chosen"].map { (text, $0) } }
    pairs += Band.allCases.flatMap { band in
      let name = band.rawValue
      return [
        ("\(name)-ink", "\(name)-ground"), ("\(name)-ink", "surface"), ("\(name)-ink", "page"), ("on-\(name)", name),
        ("muted", "\(name)-ground"), ("ink", "\(name)-ground"),
      ]
    }
    pairs.append(("on-accent", "accent"))
    for (text, ground) in pairs {
      let contrast = try Self.contrast(text, ground, theme)
      #expect(contrast >= 4.5, "\(text) on \(ground), \(theme): \(contrast)")
    }
  }

  @Test("Marks and edges of fields stand out by 3 to 1, in both themes", arguments: Theme.allCases)
  func markContrast(theme: Theme) throws {
    for band in Band.allCases.map(\.rawValue) {
      for ground in ["surface", "page", "\(band)-ground"] {
        let contrast = try Self.contrast(band, ground, theme)
        #expect(contrast >= 3, "\(band) on \(ground), \(theme): \(contrast)")
      }
    }
    for ground in ["surface", "page"] {
      let contrast = try Self.contrast("edge", ground, theme)
      #expect(contrast >= 3, "edge on \(ground), \(theme): \(contrast)")
    }
  }

  @Test("The figures of docs/design.md are those of the style sheet")
  func documentedContrast() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/design.md")
    let document = try String(contentsOf: file, encoding: .utf8)
    let rows = document.matches(of: /\n\| `([a-z-]+)` on `([a-z-]+)` \| ([0-9.]+) \| ([0-9.]+) \|/)
    #expect(rows.count == 16)
    for row in rows {
      let (text, ground) = (String(row.output.1), String(row.output.2))
      for (theme, figure) in zip(Theme.allCases, [row.output.3, row.output.4]) {
        let contrast = try Self.contrast(text, ground, theme)
        // Rounded down: a figure never promises more than there is.
        #expect(Double(figure) == (contrast * 10).rounded(.down) / 10, "\(text) on \(ground), \(theme): \(contrast)")
      }
    }
  }

  @Test("The bands differ in lightness, so that greys tell them apart", arguments: Theme.allCases)
  func bandsInGrey(theme: Theme) throws {
    for (a, b) in [("healthy", "at-risk"), ("at-risk", "critical"), ("healthy", "critical")] {
      let contrast = try Self.contrast(a, b, theme)
      #expect(contrast >= 1.5, "\(a) and \(b), \(theme): \(contrast)")
    }
  }

  @Test("Readers who lack one kind of cone tell the bands apart", arguments: Theme.allCases, ColourBlindness.allCases)
  func bandsForTheColourBlind(theme: Theme, blindness: ColourBlindness) throws {
    for (a, b) in [("healthy", "at-risk"), ("at-risk", "critical"), ("healthy", "critical")] {
      let difference = try Self.colour(a, theme).seen(by: blindness).difference(to: Self.colour(b, theme).seen(by: blindness))
      // A difference of 2.3 is just noticed; 20 is another colour.
      #expect(difference >= 20, "\(a) and \(b), \(theme), \(blindness): \(difference)")
    }
  }

  @Test("Style and script stay light, and ask for nothing from elsewhere")
  func weight() {
    #expect(Look.style.utf8.count <= 30_000)
    #expect(Look.script.utf8.count <= 15_000)
    for word in ["url(", "@import", "http:", "https:", "//cdn"] { #expect(!Look.style.contains(word), "\(word)") }
    for word in ["http:", "https:", "innerHTML", "eval(", "Function(", "alert(", "confirm(", "prompt(", ".style"] {
      #expect(!Look.script.contains(word), "\(word)")
    }
  }

  @Test("Every bracket of the style sheet closes, and every custom property it uses is declared")
  func styleIsWhole() {
    var depth = 0
    for letter in Look.style {
      depth += letter == "{" ? 1 : letter == "}" ? -1 : 0
      if depth < 0 { break }
    }
    #expect(depth == 0)
    let declared = Set(Look.style.matches(of: /--([a-z0-9-]+):/).map { String($0.output.1) })
    let used = Set(Look.style.matches(of: /var\(--([a-z0-9-]+)/).map { String($0.output.1) })
    #expect(used.subtracting(declared).isEmpty)
    #expect(declared.subtracting(used).isEmpty, "declared and never used")
  }
}
