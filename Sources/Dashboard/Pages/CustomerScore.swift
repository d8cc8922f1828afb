import Domain

extension CustomerPage {
  /// Why the score is what it is.
  func scoreCard(_ shell: Shell) -> HTML {
    guard let score else {
      return card(
        title: "Why this score", id: "score",
        emptyState("There is no score yet.", hint: "It comes within a second of the first event or record of this customer."))
    }
    let explanation = score.explanation
    let variant: HTML? = explanation.variant.map {
      "<p class=\"hint\">Scored as one of the segment <code>\(clipped($0, 60))</code>, which has measures of its own.</p>"
    }
    return card(
      title: "Why this score", id: "score",
      """
      \(explanationPicture(explanation, bands: score.bands, signals: Self.signals(score)))\(variant)\(gaps(explanation.coverage))\
      \(differences("Since yesterday", score.sinceYesterday))\(differences("Since last week", score.sinceLastWeek))\
      <p class="hint">As of \(time(explanation.at, shell))</p>
      """)
  }

  /// A signal may be a text of any length.
  private static func signals(_ score: Score) -> [String: String] {
    let measures = score.explanation.pillars.flatMap(\.measures)
    let words = measures.compactMap { measure in
      (score.signals[measure.name] ?? measure.signal?.words).map { (measure.name, clipped($0, 80)) }
    }
    return Dictionary(words) { first, _ in first }
  }

  private func gaps(_ coverage: Coverage) -> HTML? {
    guard !coverage.gaps.isEmpty else { return nil }
    let items = coverage.gaps.html { gap in "<li><b>\(title(ofMeasure: gap.measure))</b>: \(gap.reason)</li>" }
    return """
      <h3 id="gaps">What is not known</h3><p>\(Self.percent(coverage.share)) of the points rest on data that is there and fresh.</p>\
      <ul class="plain">\(items)</ul>
      """
  }

  private func title(ofMeasure name: String) -> String {
    score?.explanation.pillars.flatMap(\.measures).first { $0.name == name }?.title ?? name
  }

  private func differences(_ title: String, _ list: [Difference]) -> HTML {
    guard !list.isEmpty else { return "<h3>\(title)</h3><p class=\"hint\">No measure gives more or less.</p>" }
    return "<h3>\(title)</h3>\(Self.differenceList(list))"
  }

  private static func differenceList(_ list: [Difference]) -> HTML {
    let items = list.html { item in
      "<li>\(change(from: item.from, to: item.to)) \(clipped(item.measure)) <span class=\"hint\">\(item.from) → \(item.to)</span></li>"
    }
    return "<ul class=\"plain\">\(items)</ul>"
  }

  /// What comes by itself, and what would help.
  func nextCard(_ shell: Shell) -> HTML? {
    guard let score else { return nil }
    let byTime: HTML =
      score.nextChange.map { next in
        """
        <p>The score changes to \(badge(next.band, score: next.score)) \(when(next.at, shell)) if nothing else happens.</p>\
        \(Self.differenceList(next.differences))
        """
      } ?? "<p>Within a year time alone changes nothing.</p>"
    return card(title: "What happens next", id: "next", "<h3>By time alone</h3>\(byTime)\(advice(score))")
  }

  private func advice(_ score: Score) -> HTML? {
    guard let advice = score.advice else { return nil }
    let title: HTML = "<h3>The smallest step to \(advice.band.rawValue)</h3>"
    guard !advice.steps.isEmpty else {
      let cap = score.explanation.adjustments.first.map { " as long as this holds: \($0.reason)" } ?? ""
      return "\(title)<p>\(Self.missing(advice)), and no measure alone can give them\(cap).</p>"
    }
    return """
      \(title)<p>\(Self.missing(advice)).</p><ul class="plain">\(advice.steps.html { "<li>\(clipped($0, 200))</li>" })</ul>
      """
  }

  /// "20 points are missing".
  private static func missing(_ advice: Advice) -> String {
    "\(counted(advice.lacking, "point")) \(advice.lacking == 1 ? "is" : "are") missing"
  }

  /// How the score came to be what it is.
  func historyCard(_ shell: Shell) -> HTML? {
    guard let score, let begin = score.start?.at ?? score.history.last?.at else { return nil }
    let points = score.history.reversed().map { ScorePoint(at: $0.at, score: $0.to, band: $0.bandTo, cause: $0.cause, from: $0.from) }
    // A customer younger than the time asked for is shown from its first score, a day at least.
    let from = score.start == nil ? min(begin, shell.now - .days(1)) : begin
    return card(
      title: "Score over time", id: "history",
      scoreHistoryChart(points: points, before: score.start?.score, bands: score.bands, from: from, to: shell.now, shell))
  }
}
