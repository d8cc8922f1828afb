import Domain

extension Band {
  /// For people, at the start of a line: "At-risk".
  var title: String {
    switch self {
    case .critical: "Critical"
    case .atRisk: "At-risk"
    case .healthy: "Healthy"
    }
  }

  /// Each band has a shape of its own, so that it is known without its colour: a disc, a triangle, a diamond.
  var shape: HTML {
    switch self {
    case .healthy: "<svg class=\"shape\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><circle cx=\"6\" cy=\"6\" r=\"5\"/></svg>"
    case .atRisk: "<svg class=\"shape\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\"M6 1l5.5 10H.5z\"/></svg>"
    case .critical: "<svg class=\"shape\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\"M6 0l6 6-6 6-6-6z\"/></svg>"
    }
  }
}

/// A band as shape, word and colour; with the score before the word.
func badge(_ band: Band, score: Int? = nil) -> HTML {
  let number: HTML? = score.map { "<b>\($0)</b> " }
  return "<span class=\"badge \(band.rawValue)\">\(band.shape)\(number)\(band.title)</span>"
}

/// How a score moved: "▼ 23" or "▲ 4" with the words for those who cannot see the arrow; "±0" where it did not.
func change(from: Int, to: Int) -> HTML {
  if to == from { return "<span class=\"change\">±0</span>" }
  let (kind, arrow, word) = to < from ? ("down", "▼", "down") : ("up", "▲", "up")
  return """
    <span class="change \(kind)"><span aria-hidden="true">\(arrow) </span><span class="unseen">\(word) </span>\(abs(to - from))</span>
    """
}

/// A score so large that it is read from afar, with its band and how it moved.
/// - Parameters:
///   - since: the score it is compared with, and when that was ("since last week").
///   - detail: what stands below: the coverage, what comes next.
func scoreFigure(_ score: Int, _ band: Band, since: (score: Int, words: String)? = nil, detail: HTML? = nil) -> HTML {
  let moved: HTML? = since.map { "<span class=\"since\">\(change(from: $0.score, to: score)) \($0.words)</span>" }
  return """
    <div class="score \(band.rawValue)"><p><b>\(score)</b><span class="of"> of 100</span> \(badge(band))\(moved)</p>\(detail)</div>
    """
}
