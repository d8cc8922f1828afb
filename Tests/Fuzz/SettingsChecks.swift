import Domain
import Formats
import Settings

func checkSettings(_ input: FuzzInput) {
  let text = input.text
  let result = load(text)
  hold((result.blueprint != nil) == result.errors.isEmpty, "there is a blueprint or an error, never both and never neither")
  let lines = text.unicodeScalars.count { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0) } + 1
  for diagnostic in result.diagnostics {
    hold(!diagnostic.message.isEmpty, "a finding has its words")
    hold((1...lines + 1).contains(diagnostic.line), "\(diagnostic) stands in a file of \(lines) lines")
    hold(diagnostic.column >= 1 && diagnostic.column <= text.unicodeScalars.count + 2, "\(diagnostic) stands in its line")
  }
  hold(result.diagnostics.count <= 1_001, "what is found is bounded")
  checkLineEnds(text, result)
  checkPlans(text)
}

private func load(_ text: String) -> LoadResult {
  SettingsLoader.load(files: [("a.yaml", text)], environment: ["HOOK": "https://hooks.example.com/x"]) { _ in nil }
}

/// Files from Windows mean the same.
private func checkLineEnds(_ text: String, _ result: LoadResult) {
  guard !text.unicodeScalars.contains("\r") else { return }
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if scalar == "\n" { scalars.append("\r") }
    scalars.append(scalar)
  }
  let other = load(String(scalars))
  hold(other.blueprint?.version == result.blueprint?.version, "line ends of another kind change nothing")
  hold(other.diagnostics == result.diagnostics, "line ends of another kind change no finding")
}

/// Column maps and import plans come as YAML too.
private func checkPlans(_ text: String) {
  guard case .success(let json) = YAMLDocument.json(text, file: "map.yaml") else { return }
  checkPrinted(json)
  do throws(ColumnMapError) { _ = try ImportPlan(json: json) } catch { hold(!error.description.isEmpty, "an error has its words") }
  let row = Row(line: 2, members: [.init("id", "1"), .init("start", "2024-01-31"), .init("term", "yearly")])
  do throws(ColumnMapError) {
    let map = try ColumnMap(json: json)
    for kind in RecordKind.allCases {
      guard let reader = try? RecordReader(kind: kind, map: map) else { continue }
      let receivedAt = Instant(microseconds: 1_767_268_800_000_000)
      if case .entry(let entry) = reader.read(row, receivedAt: receivedAt) { checkEntry(entry, receivedAt: receivedAt) }
    }
  } catch {
    hold(!error.description.isEmpty, "an error has its words")
  }
}
