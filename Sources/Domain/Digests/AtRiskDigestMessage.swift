extension AtRiskDigest {
  /// What the digest says, the same for every channel.
  /// - Parameter footer: why the reader gets it.
  public func message(footer: String = "") -> MailMessage {
    MailMessage(kind: .digest, company: company, subject: title, preview: preview, blocks: blocks, footer: footer)
  }

  /// One line for people: "At-risk digest, 2026-11-30: 39 customers at risk or critical, 12 slid".
  public var title: String {
    let moved = [(slid.count, "slid"), (recovered.count, "recovered")].filter { $0.0 > 0 }.map { ", \(grouped($0.0)) \($0.1)" }
    return "At-risk digest, \(day.iso8601): \(counted(endangered, "customer")) at risk or critical" + moved.joined()
  }

  private var preview: String {
    let names = (slid.largest.isEmpty ? largest : slid.largest).prefix(3).map(\.label)
    guard !names.isEmpty else { return "Nobody is at risk." }
    return (slid.largest.isEmpty ? "Largest: " : "Slid: ") + names.joined(separator: ", ")
  }

  private var blocks: [MailMessage.Block] {
    var blocks: [MailMessage.Block] = [
      .heading("At-risk digest"), .text("\(company), the seven days to \(day.iso8601)"), .figures(figures),
    ]
    blocks += movement("Slid in seven days", slid, nobody: "Nobody slid into at-risk or critical in these seven days.")
    blocks += movement("Recovered in seven days", recovered, nobody: nil)
    if !reasons.isEmpty {
      blocks += [.heading("What holds them down"), .rows(reasons.map(row))]
    }
    if !largest.isEmpty {
      blocks += [.heading("Largest at risk"), .rows(largest.prefix(Self.rowLimit).map(row))]
      blocks += more(endangered - min(largest.count, Self.rowLimit))
    } else if endangered == 0 {
      blocks.append(.text("Nobody is at risk or critical."))
    }
    return blocks + links
  }

  private var figures: [MailMessage.Figure] {
    let average = now.average.map(tenths) ?? "–"
    let change = before?.average.flatMap { before in now.average.map { Self.words(ofChange: $0 - before) } }
    return [
      .init(label: "Customers", value: grouped(now.customers)), .init(label: "Average health", value: average, detail: change),
      .init(label: "At risk", value: grouped(now.count(.atRisk)), detail: was(.atRisk), band: .atRisk),
      .init(label: "Critical", value: grouped(now.count(.critical)), detail: was(.critical), band: .critical),
    ]
  }

  private func was(_ band: Band) -> String? { before.map { "was \(grouped($0.count(band)))" } }

  private static func words(ofChange difference: Double) -> String {
    let text = tenths(abs(difference))
    if text == "0.0" { return "as a week ago" }
    return "\(difference > 0 ? "+" : "−")\(text) in a week"
  }

  private func movement(_ heading: String, _ movement: Movement, nobody: String?) -> [MailMessage.Block] {
    guard movement.count > 0 else { return nobody.map { [.heading(heading), .text($0)] } ?? [] }
    let shown = movement.largest.prefix(Self.moveLimit)
    return [.heading("\(heading): \(grouped(movement.count))"), .rows(shown.map(row))] + more(movement.count - shown.count)
  }

  private func more(_ count: Int) -> [MailMessage.Block] { count > 0 ? [.note("and \(grouped(count)) more")] : [] }

  private func row(_ customer: Customer) -> MailMessage.Row {
    let before = customer.before.map { "was \($0.score), \($0.band.rawValue)" }
    return MailMessage.Row(
      title: customer.label, link: page("customers/\(percentEncoded(customer.id))"), detail: before, standing: customer.now,
      side: customer.mrr.map { "MRR \(grouped(Int($0.rounded())))" })
  }

  private func row(_ reason: ReasonTally.Part) -> MailMessage.Row {
    MailMessage.Row(title: reason.title, side: counted(reason.customers, "customer"))
  }

  private var links: [MailMessage.Block] {
    [("See all customers at risk", "customers?where=\(percentEncoded(Self.condition))&sort=-mrr"), ("Health of the company", "health")]
      .compactMap {
        label, path in page(path).map { MailMessage.Block.link(.init(label: label, url: $0)) }
      }
  }

  /// Those whom the digest is about, in the expression language.
  static let condition = "band != \"healthy\""

  private func page(_ path: String) -> String? { publicURL.isEmpty ? nil : "\(publicURL)/\(path)" }
}

extension AtRiskDigest.Customer {
  /// The name where there is one, else the id.
  public var label: String {
    guard let name, name.contains(where: { !$0.isWhitespace }) else { return id }
    return name
  }
}

/// "1 customer", "1 234 customers".
private func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

/// With a narrow blank between groups of three digits.
private func grouped(_ number: Int) -> String {
  var digits = Array(String(number.magnitude))
  var place = digits.count - 3
  while place > 0 {
    digits.insert("\u{202F}", at: place)
    place -= 3
  }
  return (number < 0 ? "−" : "") + String(digits)
}

/// With one digit after the point.
private func tenths(_ number: Double) -> String {
  let tenths = Int((number * 10).rounded())
  return "\(tenths < 0 ? "−" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}
