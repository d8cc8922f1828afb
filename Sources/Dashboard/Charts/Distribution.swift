import Domain

/// How many customers have which score: bars of five points each, coloured by band.
/// - Parameter counts: customers by score, 0 through 100.
func distributionChart(counts: [Int], bands: Bands) -> HTML {
  let bins = ScoreBin.all(counts: counts, bands: bands)
  let total = bins.reduce(0) { $0 + $1.customers }
  guard total > 0 else { return emptyState("No customer has a score yet.") }
  let (ticks, top) = countTicks(upTo: bins.map(\.customers).max() ?? 0)
  let bars = bins.enumerated().html { index, bin -> HTML in
    var below = 0
    return bin.parts.html { part in
      below += part.customers
      return """
        <rect class="bar \(part.band.rawValue)" x="\(percent(Double(index) / 20 + 0.004))" y="\(percent(1 - Double(below) / Double(top)))" \
        width="4.2%" height="\(percent(Double(part.customers) / Double(top)))">\
        <title>Score \(bin.range): \(customers(part.customers)), \(part.band.title)</title></rect>
        """
    }
  }
  let scale = stride(from: 0, through: 100, by: 10).map { Tick(share: Double($0) / 100, label: "\($0)") }
  let byBand = Band.allCases.reversed().map { band in
    "\(band.title) \(grouped(bins.flatMap(\.parts).filter { $0.band == band }.reduce(0) { $0 + $1.customers }))"
  }
  let rows = bins.reversed().map { bin in
    [bin.range, grouped(bin.customers), bin.parts.map(\.band.title).joined(separator: ", ")]
  }
  return Chart(
    kind: .bars, name: "Customers by score: \(byBand.joined(separator: ", "))",
    picture: "\(valueAxis(ticks))\(bottomAxis(scale))\(bars)", legend: bandLegend(bands),
    table: figures(caption: "Customers by score", head: ["Score", "Customers", "Band"], rows: rows)
  ).html
}

/// Five neighbouring scores; the last bin has six.
private struct ScoreBin {
  var range: String
  /// What is in it by band, the lowest first; two bands where one begins within.
  var parts: [(band: Band, customers: Int)]
  var customers: Int { parts.reduce(0) { $0 + $1.customers } }

  static func all(counts: [Int], bands: Bands) -> [ScoreBin] {
    (0..<20).map { index in
      let scores = (index * 5)...(index == 19 ? 100 : index * 5 + 4)
      let parts = Band.allCases.compactMap { band -> (band: Band, customers: Int)? in
        let sum = scores.reduce(0) { bands.band(of: $1) == band && $1 < counts.count ? $0 + counts[$1] : $0 }
        return sum > 0 ? (band, sum) : nil
      }
      return ScoreBin(range: "\(scores.lowerBound)–\(scores.upperBound)", parts: parts)
    }
  }
}
