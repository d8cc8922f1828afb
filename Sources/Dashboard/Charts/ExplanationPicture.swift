import Domain

/// Why a score is what it is, at a look. On top the hundred points: filled what the customer has, hatched what lacks, each part named by
/// the measure that withholds it. Below every measure on the same scale: its bar is as long as its maximum, filled as far as it gives; its
/// signal in words. Caps stand at the end as what they cut off. The figures are those of a table, so the picture needs none behind it.
/// - Parameter signals: a measure's signal in words ("12 d ago") by the measure's name; where there is none, the value itself is said.
func explanationPicture(_ explanation: Explanation, bands: Bands, signals: [String: String] = [:]) -> HTML {
  let measures = explanation.pillars.flatMap(\.measures)
  let scale = max(1, measures.map(\.max).max() ?? 1, explanation.adjustments.map { -$0.points }.max() ?? 1)
  let gaps = Dictionary(explanation.coverage.gaps.map { ($0.measure, $0.reason) }) { first, _ in first }
  let pillars = explanation.pillars.html { pillar in
    let rows = pillar.measures.html { measure in
      measureRow(measure, signal: signals[measure.name] ?? measure.signal?.words ?? "not known", gap: gaps[measure.name], scale: scale)
    }
    return """
      <tbody><tr class="pillar"><th scope="rowgroup" colspan="3">\(named(pillar.name))</th><td class="points"><b>\(pillar.points)</b> of \
      \(pillar.max)</td></tr>\(rows)</tbody>
      """
  }
  let cuts = explanation.adjustments.html { capRow($0, scale: scale) }
  let caps: HTML? =
    explanation.adjustments.isEmpty
    ? nil : "<tbody><tr class=\"pillar\"><th scope=\"rowgroup\" colspan=\"4\">Held down by</th></tr>\(cuts)</tbody>"
  return """
    <div class="explanation">\(hundred(explanation, bands))\
    <table class="measures"><caption class="unseen">What gives the points, and what withholds them</caption>\
    <thead class="unseen"><tr><th scope="col">Measure</th><th scope="col">Signal</th><th scope="col">Bar</th><th scope="col">Points</th>\
    </tr></thead>\(pillars)\(caps)<tfoot><tr><th scope="row" colspan="3">Score</th><td class="points"><b>\(explanation.score)</b> of 100\
    </td></tr></tfoot></table></div>
    """
}

private func measureRow(_ measure: MeasureScore, signal: String, gap: String?, scale: Int) -> HTML {
  let lost = measure.max - measure.points
  let note: HTML? = gap.map { "<span class=\"gap\">\($0)</span>" }
  let state = lost == 0 ? "full" : measure.points == 0 ? "none" : "part"
  return """
    <tr class="\(state)"><th scope="row">\(measure.title)</th><td class="signal">\(signal)\(note)</td><td class="gives">\
    \(bar(given: measure.points, withheld: lost, scale: scale))</td><td class="points"><b>\(measure.points)</b> of \(measure.max)</td></tr>
    """
}

private func capRow(_ cap: Adjustment, scale: Int) -> HTML {
  let width = percent(Double(-cap.points) / Double(scale))
  return """
    <tr class="cap"><th scope="row">\(cap.reason)</th><td class="signal">never above \(cap.limit)</td><td class="gives">\
    <svg class="give" aria-hidden="true"><rect class="cut" width="\(width)" height="100%" fill="url(#cut)"/></svg></td>\
    <td class="points"><b>−\(-cap.points)</b></td></tr>
    """
}

/// A bar as long as the measure's maximum: filled what it gives, hatched what it withholds.
private func bar(given: Int, withheld: Int, scale: Int) -> HTML {
  let (a, b) = (Double(given) / Double(scale), Double(withheld) / Double(scale))
  let filled: HTML? = given > 0 ? "<rect class=\"given\" width=\"\(percent(a))\" height=\"100%\"/>" : nil
  let hatched: HTML? =
    withheld > 0
    ? "<rect class=\"withheld\" x=\"\(percent(a))\" width=\"\(percent(b))\" height=\"100%\" fill=\"url(#hatch)\"/>" : nil
  return "<svg class=\"give\" aria-hidden=\"true\">\(filled)\(hatched)</svg>"
}

/// The hundred points in one bar: the score, then what was cut off it, then what each measure withholds, heaviest first.
private func hundred(_ explanation: Explanation, _ bands: Bands) -> HTML {
  var parts: [(kind: String, title: String, points: Int)] = explanation.adjustments.map {
    (kind: "cut", title: $0.reason, points: -$0.points)
  }
  let losses = explanation.pillars.flatMap(\.measures).map { ($0.title, $0.max - $0.points) }.filter { $0.1 > 0 }
  parts += losses.enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
    .map { (kind: "withheld", title: $0.element.0, points: $0.element.1) }
  var left = explanation.score
  var pieces: HTML = .empty
  // On top of everything else, the marks where bands begin included.
  var numbers: HTML = .empty
  for part in parts {
    let fill: HTML = part.kind == "withheld" ? " fill=\"url(#hatch)\"" : " fill=\"url(#cut)\""
    pieces += """
      <rect class="\(part.kind)" x="\(percent(Double(left) / 100))" width="\(percent(Double(part.points) / 100))" height="100%"\(fill)>\
      <title>\(part.title): −\(part.points)</title></rect>
      """
    // A number needs about as much room as six points have on a phone.
    if part.points >= 6 {
      let middle = percent((Double(left) + Double(part.points) / 2) / 100)
      numbers += "<text class=\"lost\" x=\"\(middle)\" y=\"50%\" dy=\"4\">−\(part.points)</text>"
    }
    left += part.points
  }
  // Two bands that begin close to each other have their names on either side.
  let places = bands.healthyFrom - bands.atRiskFrom < 25 ? ("end", "start") : ("middle", "middle")
  let marks = [(bands.atRiskFrom, Band.atRisk, places.0), (bands.healthyFrom, .healthy, places.1)].html { from, band, place in
    """
    <svg class="at" x="\(percent(Double(from) / 100))" y="0"><path class="threshold" d="M0-5v42"/>\
    <text class="\(place)" y="-9">\(band.title)<tspan class="minor"> from</tspan> \(from)</text></svg>
    """
  }
  let words = parts.map { "\($0.title) −\($0.points)" }
  let lacking = words.isEmpty ? "nothing lacks" : "what lacks: \(words.joined(separator: ", "))"
  // Within a bar too short for it the number would be white on white.
  let look = explanation.score < 8 ? "lost" : "has \(explanation.band.rawValue)"
  return """
    <div class="hundred"><svg role="img" aria-label="\(explanation.score) of 100 points, \(explanation.band.title); \(lacking)">\
    <rect class="given \(explanation.band.rawValue)" width="\(percent(Double(explanation.score) / 100))" height="100%"/>\
    <text class="\(look)" x="10" y="50%" dy="5">\(explanation.score)</text>\(pieces)\(marks)\(numbers)</svg></div>
    """
}

/// A pillar's name as a title: "Engagement".
private func named(_ name: String) -> String {
  let words = name.replacing("_", with: " ")
  return words.prefix(1).uppercased() + words.dropFirst()
}
