import Domain

/// A run of scores as small as a word, with its first and last figure in its name.
/// - Parameter values: 0–100, oldest first.
func sparkline(_ values: [Int], label: String) -> HTML {
  guard values.count > 1, let first = values.first, let last = values.last else { return .empty }
  let step = 1_000 / Double(values.count - 1)
  let path = values.enumerated().map { "\(Int((Double($0.offset) * step).rounded())) \(1_000 - min(100, max(0, $0.element)) * 10)" }
  return """
    <svg class="spark" role="img" aria-label="\(label): from \(first) to \(last), lowest \(values.min() ?? first), \
    highest \(values.max() ?? last)">\(plane("<path class=\"line\" d=\"M\(path.joined(separator: "L"))\"/>"))</svg>
    """
}

/// How a group of customers is spread over the bands, in one bar; the counts stand below it in words.
func stackedBar(_ counts: [Band: Int], label: String) -> HTML {
  let bands = Band.allCases.reversed().map { ($0, max(0, counts[$0] ?? 0)) }
  let total = bands.reduce(0) { $0 + $1.1 }
  guard total > 0 else { return "<span class=\"hint\">no scores</span>" }
  var left = 0
  let parts = bands.html { band, count in
    defer { left += count }
    if count == 0 { return .empty }
    return """
      <rect class="bar \(band.rawValue)" x="\(percent(Double(left) / Double(total)))" width="\(percent(Double(count) / Double(total)))" \
      height="100%"><title>\(band.title): \(customers(count)), \(shareText(count, of: total))</title></rect>
      """
  }
  let words = bands.map { "\($0.title) \(grouped($1))" }.joined(separator: ", ")
  let keys = bands.html { band, count in
    "<span class=\"key \(band.rawValue)\">\(band.shape)<span class=\"unseen\">\(band.title) </span>\(grouped(count))</span>"
  }
  return """
    <span class="stacked"><svg role="img" aria-label="\(label): \(words)">\(parts)</svg><span class="keys">\(keys)</span></span>
    """
}
