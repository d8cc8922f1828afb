import Domain

/// One line of a worklist: who, why, until when, and what can be done about it at once.
struct Entry {
  /// What the eye meets first: a band, a priority.
  var mark: HTML
  /// Whom or what it is about; a link.
  var title: HTML
  /// Why it stands here.
  var detail: HTML?
  /// When: a time or a due date.
  var when: HTML?
  /// Forms and links.
  var actions: HTML?
  /// It is late.
  var isOverdue: Bool

  init(mark: HTML, title: HTML, detail: HTML? = nil, when: HTML? = nil, actions: HTML? = nil, isOverdue: Bool = false) {
    self.mark = mark
    self.title = title
    self.detail = detail
    self.when = when
    self.actions = actions
    self.isOverdue = isOverdue
  }
}

/// A worklist; it can be walked with `j` and `k` and opened with Enter.
func entries(_ list: [Entry], label: String) -> HTML {
  let items = list.html { entry in
    let detail: HTML? = entry.detail.map { "<p class=\"why\">\($0)</p>" }
    let when: HTML? = entry.when.map { "<span class=\"when\">\($0)</span>" }
    let actions: HTML? = entry.actions.map { "<div class=\"actions\">\($0)</div>" }
    let late: HTML? = entry.isOverdue ? " class=\"overdue\"" : nil
    return """
      <li\(late)><span class="lead">\(entry.mark)</span><div class="what"><p class="who">\(entry.title)</p>\(detail)</div>\
      \(when)\(actions)</li>
      """
  }
  return "<ol class=\"entries\" data-list aria-label=\"\(label)\">\(items)</ol>"
}

/// Something that happened to a customer.
struct Happening {
  var at: Instant
  /// A short word for what it is ("event", "alert", "note"); it stands before the title.
  var kind: String
  var title: HTML
  var detail: HTML?

  init(at: Instant, kind: String, title: HTML, detail: HTML? = nil) {
    self.at = at
    self.kind = kind
    self.title = title
    self.detail = detail
  }
}

/// What happened, newest first as given, under the days of the reader's zone.
func timeline(_ happenings: [Happening], _ shell: Shell) -> HTML {
  let clock = Clock(timeZone: shell.timeZone)
  var html: HTML = .empty
  var open: Day?
  for happening in happenings {
    let day = clock.day(happening.at)
    if day != open {
      html += open == nil ? "" : "</ol>"
      html += "<h3 class=\"day\">\(dayName(day, today: clock.day(shell.now)))</h3><ol class=\"timeline\">"
      open = day
    }
    let detail: HTML? = happening.detail.map { "<div class=\"detail\">\($0)</div>" }
    html += """
      <li><time datetime="\(happening.at.iso8601)" title="\(clock.full(happening.at))">\(Clock.time(clock.reading(happening.at)))</time>\
      <span class="kind">\(happening.kind)</span><div class="what">\(happening.title)\(detail)</div></li>
      """
  }
  return open == nil ? html : html + "</ol>"
}

/// "Today", "Yesterday", "Thu 26 Nov 2026".
private func dayName(_ day: Day, today: Day) -> String {
  switch today.number - day.number {
  case 0: "Today"
  case 1: "Yesterday"
  default: "\(Clock.weekday(day)) \(Clock.words(CivilDate(day)))"
  }
}

/// Ways to look at the same page, one of them chosen: saved views, states.
func choices(label: String, _ choices: [(path: String, label: String, isCurrent: Bool)]) -> HTML {
  let items = choices.html { choice in
    let here: HTML? = choice.isCurrent ? " aria-current=\"true\"" : nil
    return "<li><a href=\"\(choice.path)\"\(here)>\(choice.label)</a></li>"
  }
  return "<nav class=\"choices\" aria-label=\"\(label)\"><ul>\(items)</ul></nav>"
}

/// A word that says in which state something is ("open", "snoozed", "set aside").
/// - Parameter tone: "good", "bad", "waiting" or "" where it is neither.
func tag(_ word: String, tone: String = "") -> HTML {
  tone.isEmpty ? "<span class=\"tag\">\(word)</span>" : "<span class=\"tag \(tone)\">\(word)</span>"
}

/// A part of a page that opens on demand: a form that is not always needed.
/// - Parameter describedBy: ids of what it is about, where several folds of a page say the same.
func fold(_ summary: String, isOpen: Bool = false, describedBy: String? = nil, _ body: HTML) -> HTML {
  let state: HTML = isOpen ? " open" : .empty
  let about: HTML? = describedBy.map { " aria-describedby=\"\($0)\"" }
  return "<details class=\"fold\"\(state)><summary\(about)>\(summary)</summary><div>\(body)</div></details>"
}

/// Names that are offered while somebody types into a field marked `data-complete`; read by `Look.script`.
/// - Parameter names: what can be written, and what it means.
func completions(_ names: [(name: String, about: String)]) -> HTML {
  let list = JSON.array(names.map { ["name": .string($0.name), "about": .string($0.about)] })
  return data(id: "names", json: list.printed())
}
