import Domain
import Engine

/// A customer's score on a bare page: where the link of a Slack message leads. No script, no style, nothing from elsewhere.
func customerPage(_ report: ExplanationReport) -> String {
  let explanation = report.explanation
  let name = escaped(report.summary.name ?? report.summary.id)
  let rows = explanation.pillars.flatMap(\.measures).map { measure in
    "<tr><td>\(escaped(measure.title))</td><td>\(escaped(measure.signal?.words ?? "missing"))</td>"
      + "<td>\(measure.points) of \(measure.max)</td></tr>"
  }
  let caps = explanation.adjustments.map { "<tr><td>Cap: \(escaped($0.name))</td><td>\(escaped($0.reason))</td><td>\($0.points)</td></tr>" }
  let next = report.nextChange.map { "<p>Next by time alone: \($0.at.iso8601) to \($0.score), \($0.band.rawValue).</p>" } ?? ""
  let advice = report.advice.flatMap { advice in
    advice.steps.isEmpty ? nil : "<p>To \(advice.band.rawValue): \(escaped(advice.steps.joined(separator: " and "))).</p>"
  }
  return """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>\(name) · Holdfast</title></head>
    <body><main><h1>\(name)</h1>
    <p><strong>\(explanation.score) of 100, \(explanation.band.rawValue)</strong> at \(explanation.at.iso8601)</p>
    <table><caption>What gives the points</caption>
    <thead><tr><th scope="col">Measure</th><th scope="col">Signal</th><th scope="col">Points</th></tr></thead>
    <tbody>\((rows + caps).joined())</tbody></table>
    \(next)\(advice ?? "")
    </main></body></html>
    """
}

private func escaped(_ text: String) -> String {
  var safe = ""
  for letter in text.unicodeScalars {
    switch letter {
    case "&": safe += "&amp;"
    case "<": safe += "&lt;"
    case ">": safe += "&gt;"
    case "\"": safe += "&quot;"
    default: safe.unicodeScalars.append(letter)
    }
  }
  return safe
}
