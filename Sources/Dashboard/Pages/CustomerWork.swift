import Domain

extension CustomerPage {
  /// Of closed alerts, closed tasks and notes so many are shown; all stand in the timeline.
  private static let mostPast = 10

  // MARK: Alerts

  func alertCard(_ shell: Shell) -> HTML {
    let lines = AlertLines(shell: shell, back: "\(path)#alerts")
    let open = work.alerts.filter { $0.alert.state != .closed }
    let closed = work.alerts.filter { $0.alert.state == .closed }.prefix(Self.mostPast)
    let present: HTML =
      open.isEmpty
      ? "<p class=\"hint\">No alert is open.</p>"
      : open.enumerated().html { lines.block($0.element, number: $0.offset + 1) }
    let past: HTML? = closed.isEmpty ? nil : fold("Closed alerts (\(closed.count))", Array(closed).html { lines.closedBlock($0) })
    return card(title: "Alerts", id: "alerts", "\(present)\(past)")
  }

  // MARK: Tasks

  func taskCard(_ shell: Shell) -> HTML {
    let list = TaskEntries(shell: shell, back: "\(path)#tasks", owners: work.owners, offersEdit: true)
    let lines = work.openTasks.prefix(TodayPage.mostLines).enumerated().map { list.entry($0.element, of: nil, number: $0.offset + 1) }
    let open: HTML = lines.isEmpty ? "<p class=\"hint\">Nothing is to be done.</p>" : entries(lines, label: "Open tasks")
    let closed = work.closedTasks.prefix(Self.mostPast).map(list.closedEntry)
    let past: HTML? = closed.isEmpty ? nil : fold("Closed tasks (\(closed.count))", entries(closed, label: "Closed tasks"))
    let new: HTML? = shell.may(.work) ? fold("New task", list.newForm(customer: summary.id)) : nil
    return card(title: "Tasks", id: "tasks", "\(open)\(new)\(past)")
  }

  // MARK: Pulse

  static func title(_ mood: CustomerPulse.Mood) -> String {
    switch mood {
    case .good: "feels good"
    case .unsure: "feels unsure"
    case .worried: "feels worrying"
    }
  }

  static func tone(_ mood: CustomerPulse.Mood) -> String {
    switch mood {
    case .good: "good"
    case .unsure: "waiting"
    case .worried: "bad"
    }
  }

  func pulseCard(_ shell: Shell) -> HTML {
    let newest: HTML =
      work.pulse.map { pulse in
        let text: HTML? = pulse.text.isEmpty ? nil : prose(pulse.text)
        return """
          <p>\(tag(Self.title(pulse.mood), tone: Self.tone(pulse.mood))) \
          <span class="hint">\(author(pulse.author)), \(time(pulse.at, shell))</span></p>\(text)
          """
      } ?? "<p class=\"hint\">Nobody has said yet how this customer feels.</p>"
    let say: HTML? =
      shell.may(.work)
      ? fold(
        "Say how it feels",
        shell.form(
          "\(path)/pulse", back: "\(path)#pulse",
          """
          \(field(label: "Why", name: "text", id: "pulse-text", attributes: [("maxlength", "1000")]))\
          <div class="row" role="group" aria-label="How it feels">\
          \(button("Good", name: "mood", value: CustomerPulse.Mood.good.rawValue))\
          \(button("Unsure", name: "mood", value: CustomerPulse.Mood.unsure.rawValue))\
          \(button("Worried", name: "mood", value: CustomerPulse.Mood.worried.rawValue))</div>
          """))
      : nil
    return card(title: "Pulse", id: "pulse", "\(newest)\(say)")
  }

  // MARK: Notes

  func noteCard(_ shell: Shell) -> HTML {
    let shown = work.notes.prefix(Self.mostPast)
    let items = shown.html { note in
      "<li>\(prose(note.text))<p class=\"hint\">\(author(note.author)), \(time(note.at, shell))</p></li>"
    }
    let list: HTML = shown.isEmpty ? "<p class=\"hint\">No notes.</p>" : "<ul class=\"notes\">\(items)</ul>"
    let write: HTML? =
      shell.may(.work)
      ? shell.form(
        "\(path)/notes", back: "\(path)#notes",
        """
        \(textArea(label: "New note", name: "text", lines: 2, maximum: CustomerNote.longest, required: true, id: "new-note"))\
        \(button("Add note"))
        """)
      : nil
    return card(title: "Notes", id: "notes", "\(write)\(list)")
  }
}

/// Alerts as blocks and lines, with the forms that silence them.
struct AlertLines {
  let shell: Shell
  /// The path a form leads back to.
  let back: String

  /// "Critical since 3 d", who was told or why not, and until when it is silent.
  /// - Parameter number: apart from those of all other alerts on the page.
  func block(_ line: AlertLine, number: Int) -> HTML {
    let alert = line.alert
    return """
      <div class="alert"><p>\(badge(alert.band, score: alert.score)) <span id="\(Self.id(number))">\(Self.title(alert)) \
      \(lasting("for", alert.openedAt, shell))</span> \(state(line))</p><p class="hint">\(told(line))</p>\(snoozed(line))\
      \(snoozeForms(line, number: number))</div>
      """
  }

  /// When it was open, and who was told.
  func closedBlock(_ line: AlertLine) -> HTML {
    let alert = line.alert
    let closed: HTML? = alert.closedAt.map { " to \(time($0, shell))" }
    return """
      <div class="alert"><p>\(Self.title(alert)) from \(time(alert.openedAt, shell))\(closed)</p><p class="hint">\(told(line))</p></div>
      """
  }

  /// The id of what says which alert it is; its forms refer to it.
  static func id(_ number: Int) -> String { "alert-\(number)" }

  /// For people: "Critical".
  static func title(_ alert: Alert) -> String {
    switch alert.kind {
    case .critical: "Critical"
    }
  }

  /// A word for where it is in its life.
  func state(_ line: AlertLine) -> HTML {
    switch line.alert.state {
    case .waiting: tag("waiting", tone: "waiting")
    case .closed: tag("closed")
    case .open: isSnoozed(line.alert) ? tag("snoozed", tone: "waiting") : tag("open", tone: "bad")
    }
  }

  func isSnoozed(_ alert: Alert) -> Bool { alert.state != .closed && alert.snoozedUntil.map { $0 > shell.now } ?? false }

  /// Who was told and when, or why nobody was.
  func told(_ line: AlertLine) -> HTML {
    let alert = line.alert
    if alert.hasTold, let at = alert.notifiedAt {
      // Decided, and on its way; or it failed, which the outbox tells.
      if line.told.isEmpty { return "nobody has got a message yet: it waits in the outbox, or failed there" }
      let who = line.told.prefix(8).map { clipped($0, 60) }.joined(separator: ", ")
      return "told \(who) \(time(at, shell))"
    }
    if let held = alert.heldBack { return "nobody was told: \(clipped(held, 200))" }
    return alert.state == .waiting ? "nobody is told yet: it may pass" : "nobody was told"
  }

  /// Until when and why it is silent.
  func snoozed(_ line: AlertLine) -> HTML? {
    guard isSnoozed(line.alert), let until = line.alert.snoozedUntil else { return nil }
    let reason: HTML? = line.snoozeReason.flatMap { $0.isEmpty ? nil : ": \(clipped($0, 500))" }
    return "<p>Snoozed until \(day(until, shell))\(reason)</p>"
  }

  /// Silences an alert, or ends that. The page has an element with `id(number)` that says which alert it is.
  func snoozeForms(_ line: AlertLine, number: Int) -> HTML? {
    let alert = line.alert
    guard shell.may(.work), alert.state != .closed else { return nil }
    let action = "/alerts/\(percentEncoded(alert.id))"
    let customer = hidden("customer", alert.customer)
    if isSnoozed(alert) {
      return shell.form("\(action)/unsnooze", back: back, "\(customer)\(button("End snooze", describedBy: Self.id(number)))")
    }
    let tomorrow = FormTime.date(shell.now + .days(1), timeZone: shell.timeZone)
    return fold(
      "Snooze", describedBy: Self.id(number),
      shell.form(
        "\(action)/snooze", back: back,
        """
        \(customer)\
        \(field(
          label: "Until", name: "until", value: FormTime.date(shell.now + .days(7), timeZone: shell.timeZone), type: .date,
          required: true, id: "until-\(number)", attributes: [("min", tomorrow)]))\
        \(field(label: "Reason", name: "reason", required: true, id: "reason-\(number)", attributes: [("maxlength", "500")]))\
        \(button("Snooze alert", kind: .primary, describedBy: Self.id(number)))
        """))
  }
}
