import Domain
import Engine

/// An explanation for people at a terminal.
struct ExplanationText {
  let report: ExplanationReport
  let now: Instant

  init(_ report: ExplanationReport, now: Instant) {
    self.report = report
    self.now = now
  }

  var text: String {
    let explanation = report.explanation
    let title = report.summary.name.map { "\($0) (\(report.summary.id))" } ?? report.summary.id
    var lines = [
      "\(title)  \(explanation.score) of 100, \(explanation.band.rawValue)",
      "\(report.summary.journey.rawValue), customer for \((now - report.summary.startedAt).words)\(trend)", "",
    ]
    for pillar in explanation.pillars { lines += text(of: pillar) }
    for adjustment in explanation.adjustments {
      lines.append("  \(pad("cap: " + adjustment.name, 34)) \(number(adjustment.points))       \(adjustment.reason)")
    }
    lines.append("  \(pad("score", 34)) \(number(explanation.score))/100")
    if let variant = explanation.variant { lines.append("  scored by the variant for segment \(variant)") }
    lines += [""] + outlook
    return lines.joined(separator: "\n")
  }

  private var trend: String {
    guard let trend = report.trend else { return "" }
    let slope = (trend.slope * 10).rounded() / 10
    return ", \(trend.direction.rawValue) (\(slope > 0 ? "+" : "")\(Value.number(slope).words) points a week)"
  }

  private func text(of pillar: PillarScore) -> [String] {
    let filled = pillar.max > 0 ? Int((Double(pillar.points) / Double(pillar.max) * 20).rounded()) : 0
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    return ["  \(pad(pillar.name, 13)) \(bar) \(number(pillar.points))/\(pillar.max)"]
      + pillar.measures.map { measure in
        "    \(pad(measure.title, 32)) \(number(measure.points))/\(pad("\(measure.max)", 4)) \(measure.signal.map(\.words) ?? "missing")"
      }
  }

  private var outlook: [String] {
    var lines: [String] = []
    for (title, differences) in [("Since yesterday", report.sinceYesterday), ("Since last week", report.sinceLastWeek)]
    where !differences.isEmpty {
      lines.append("\(title): " + words(differences))
    }
    if let next = report.nextChange {
      lines.append(
        "Next by time alone: \(next.at.iso8601) (in \((next.at - now).words)) to \(next.score), \(next.band.rawValue): "
          + words(next.differences)
      )
    } else {
      lines.append("Time alone will not change it.")
    }
    if let advice = report.advice {
      lines.append(
        advice.steps.isEmpty
          ? "To \(advice.band.rawValue): \(advice.lacking) points lack, and no change of its signals alone gives them."
          : "To \(advice.band.rawValue) (\(advice.lacking) points): \(advice.steps.joined(separator: " and "))")
    }
    let coverage = report.explanation.coverage
    lines.append("Coverage \(Int((coverage.share * 100).rounded())) %" + (coverage.gaps.isEmpty ? "" : ":"))
    lines += coverage.gaps.map { "  \($0.measure): \($0.reason)" }
    return lines
  }

  private func words(_ differences: [ExplanationReport.PointsDifference]) -> String {
    differences.map { "\($0.measure) \($0.from) → \($0.to)" }.joined(separator: ", ")
  }

  private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
  private func number(_ number: Int) -> String {
    let text = "\(number)"
    return String(repeating: " ", count: max(0, 4 - text.count)) + text
  }
}
