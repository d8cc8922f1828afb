extension AlertMessage {
  /// The alert as a mail.
  /// - Parameter calendar: the company's, in which times are told.
  public func mail(to receiver: MailAddress?, footer: String, calendar: LocalCalendar) -> MailMessage {
    let score = MailMessage.Figure(
      label: "Health score", value: "\(now.score) of 100", detail: previous.map { "was \($0.score), \($0.band.rawValue)" }, band: now.band)
    var blocks: [MailMessage.Block] = [.heading("\(customerLabel) is \(now.band.rawValue)"), .figures([score])]
    if !reasons.isEmpty { blocks += [.heading("What weighs most"), .rows(reasons.map(\.row))] }
    if let link { blocks.append(.link(.init(label: "Open \(customerLabel)", url: link))) }
    blocks.append(.note("Customer \(customer) · \(now.band.rawValue) since \(calendar.minute(at: since))"))
    return MailMessage(
      kind: .alert, company: company, to: receiver, subject: "\(title) of 100", preview: reasons.map(\.words).joined(separator: " · "),
      blocks: blocks, footer: footer)
  }
}

extension HealthReason {
  fileprivate var row: MailMessage.Row {
    let given = points.flatMap { points in max.map { "\(points) of \($0) points" } }
    return MailMessage.Row(title: title, detail: signal, side: given ?? "−\(lost) points")
  }
}
