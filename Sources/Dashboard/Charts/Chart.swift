import Domain

/// A chart as a page holds it: the picture with a name for those who cannot see it, its legend, and the same figures as a table.
///
/// Pictures stretch to their place without stretching text: marks lie at percentages of the plot, and only lines and areas go through a
/// `plane` of 1000 by 1000 units. Labels of the axes stand in the margins that the style sheet leaves around the plot.
struct Chart {
  /// Which rules of the style sheet it follows: the height and the margins.
  enum Kind: String { case history, bars, shares, average, flow }

  var kind: Kind
  /// What it shows, said in a sentence.
  var name: String
  var picture: HTML
  var legend: HTML?
  var table: HTML

  var html: HTML {
    """
    <figure class="chart \(kind.rawValue)"><div class="plot"><svg role="img" aria-label="\(name)">\(picture)</svg></div>\(legend)\
    <details><summary>Figures</summary><div class="scroll" role="group" tabindex="0" aria-label="Figures">\(table)</div></details></figure>
    """
  }
}

/// A table of the figures behind a chart: the first cell of each row names it.
func figures(caption: String, head: [String], rows: [[String]]) -> HTML {
  let heads = head.enumerated().html { index, title in
    index == 0 ? "<th scope=\"col\">\(title)</th>" : "<th scope=\"col\" class=\"number\">\(title)</th>"
  }
  let body = rows.html { row in
    "<tr>\(row.enumerated().html { $0.offset == 0 ? "<th scope=\"row\">\($0.element)</th>" : "<td>\($0.element)</td>" })</tr>"
  }
  return "<table class=\"figures\"><caption>\(caption)</caption><thead><tr>\(heads)</tr></thead><tbody>\(body)</tbody></table>"
}

/// What the colours and shapes of a chart mean.
func legend(_ items: [(mark: HTML, text: String)]) -> HTML {
  "<ul class=\"legend\">\(items.html { "<li>\($0.mark)\($0.text)</li>" })</ul>"
}

/// The bands with their ranges, as a legend.
func bandLegend(_ bands: Bands) -> HTML {
  legend([
    (swatch(.healthy), "Healthy, from \(bands.healthyFrom)"), (swatch(.atRisk), "At-risk, from \(bands.atRiskFrom)"),
    (swatch(.critical), "Critical, below \(bands.atRiskFrom)"),
  ])
}

func swatch(_ band: Band) -> HTML { "<span class=\"swatch \(band.rawValue)\">\(band.shape)</span>" }

/// Lines and areas, in units of a thousandth of the plot's width and height, stretched to it.
func plane(_ paths: HTML) -> HTML {
  "<svg class=\"plane\" width=\"100%\" height=\"100%\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\">\(paths)</svg>"
}

/// A share of the plot's width or height as an attribute's value: "37.5%".
func percent(_ share: Double) -> String {
  let hundredths = Int((share * 10_000).rounded())
  let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
  let sign = hundredths < 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)%" }
  return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)%" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)%"
}

/// A share of the plane's width or height in its units.
func unit(_ share: Double) -> String { String(Int((share * 1_000).rounded())) }

/// A number with at most one decimal: "70", "68.4".
func oneDecimal(_ number: Double) -> String {
  let tenths = Int((number * 10).rounded())
  let text = "\(abs(tenths) / 10)" + (tenths % 10 == 0 ? "" : ".\(abs(tenths) % 10)")
  return tenths < 0 ? "−\(text)" : text
}

/// A number with just one decimal, for columns: "70.0".
func withOneDecimal(_ number: Double) -> String {
  let text = oneDecimal(number)
  return text.contains(".") ? text : text + ".0"
}

/// A count with its digits in groups of three: "12 345".
func grouped(_ count: Int) -> String {
  let digits = String(count.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    // Narrow and unbreakable.
    if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202f}" }
    text.append(digit)
  }
  return count < 0 ? "−\(text)" : text
}

/// "1 customer", "12 customers".
func customers(_ count: Int) -> String { "\(grouped(count)) \(count == 1 ? "customer" : "customers")" }
