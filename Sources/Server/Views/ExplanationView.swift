import Domain
import Engine

/// Why a customer's score is what it is: all points by pillar and measure, the caps, and what surrounds them.
public func explanationJSON(_ report: ExplanationReport) -> JSON {
  let explanation = report.explanation
  return [
    "customer": .string(explanation.customer), "name": JSON(report.summary.name), "journey": .string(report.summary.journey.rawValue),
    "at": JSON(explanation.at), "score": JSON(explanation.score), "band": .string(explanation.band.rawValue),
    "pillars": .array(explanation.pillars.map(pillarJSON)), "adjustments": .array(explanation.adjustments.map(adjustmentJSON)),
    "coverage": coverageJSON(explanation.coverage), "variant": JSON(explanation.variant), "model": .string(explanation.model),
    "next_change": report.nextChange.map(nextChangeJSON) ?? .null, "advice": report.advice.map(adviceJSON) ?? .null,
    "since_yesterday": differencesJSON(report.sinceYesterday), "since_last_week": differencesJSON(report.sinceLastWeek),
    "trend": report.trend.map(trendJSON) ?? .null,
  ]
}

private func pillarJSON(_ pillar: PillarScore) -> JSON {
  [
    "name": .string(pillar.name), "points": JSON(pillar.points), "max": JSON(pillar.max),
    "measures": .array(pillar.measures.map(measureJSON)),
  ]
}

private func measureJSON(_ measure: MeasureScore) -> JSON {
  [
    "name": .string(measure.name), "title": .string(measure.title), "signal": signalJSON(measure.signal),
    "signal_text": .string(signalText(measure.signal)), "points": JSON(measure.points), "max": JSON(measure.max),
  ]
}

private func adjustmentJSON(_ adjustment: Adjustment) -> JSON {
  [
    "name": .string(adjustment.name), "limit": JSON(adjustment.limit), "points": JSON(adjustment.points),
    "reason": .string(adjustment.reason),
  ]
}

private func coverageJSON(_ coverage: Coverage) -> JSON {
  let gaps = coverage.gaps.map { gap -> JSON in ["measure": .string(gap.measure), "reason": .string(gap.reason)] }
  return ["share": numberJSON(coverage.share), "gaps": .array(gaps)]
}

private func nextChangeJSON(_ change: ExplanationReport.NextChange) -> JSON {
  [
    "at": JSON(change.at), "score": JSON(change.score), "band": .string(change.band.rawValue),
    "differences": differencesJSON(change.differences),
  ]
}

private func adviceJSON(_ advice: Advice) -> JSON {
  ["band": .string(advice.band.rawValue), "lacking": JSON(advice.lacking), "steps": .array(advice.steps.map(JSON.string))]
}

private func differencesJSON(_ differences: [ExplanationReport.PointsDifference]) -> JSON {
  .array(differences.map { ["measure": .string($0.measure), "from": JSON($0.from), "to": JSON($0.to)] })
}

private func trendJSON(_ trend: Trend) -> JSON {
  ["direction": .string(trend.direction.rawValue), "slope": numberJSON(trend.slope), "band_changes": JSON(trend.bandChanges)]
}
