import Domain

extension Shell.Room {
  /// Where the room is.
  public var path: String { self == .today ? "/" : "/\(rawValue)" }

  /// For people: "Today".
  var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// What a person must be allowed in order to enter.
  public var permission: Permission {
    switch self {
    case .today, .health, .customers, .alerts: .look
    case .outbox, .system: .operate
    case .people, .audit: .administer
    }
  }
}

/// A whole page: the shell around a body.
public func document(_ shell: Shell, _ body: HTML) -> HTML { document(shell, live: nil, body) }

/// A whole page.
/// - Parameter live: the address whose events say that the page's parts have changed; see `Look.script`.
func document(_ shell: Shell, live: String?, _ body: HTML) -> HTML {
  let updates: HTML? = live.map { " data-live=\"\($0)\"" }
  let notice = shell.notice.map(banner)
  return """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">\
    <meta name="color-scheme" content="light dark"><title>\(shell.title) · \(shell.company)</title>\
    <link rel="stylesheet" href="\(shell.assets.style)"><script src="\(shell.assets.script)" defer></script></head>
    <body><a class="skip" href="#main">Skip to the content</a>
    \(masthead(shell))
    <main id="main" tabindex="-1"\(updates)>\(notice)\(body)</main>
    \(footer(shell))
    \(patterns)</body></html>
    """
}

private func banner(_ notice: Shell.Notice) -> HTML {
  switch notice.kind {
  case .done: "<div class=\"notice good\" role=\"status\"><p>\(notice.text)</p></div>"
  case .problem: problem(notice.text)
  }
}

/// The bar at the top: the company, the rooms this person may enter, search, and the way out.
private func masthead(_ shell: Shell) -> HTML {
  guard let user = shell.user else { return "<header class=\"top bare\"><p class=\"company\">\(shell.company)</p></header>" }
  let rooms = Shell.Room.allCases.filter { user.may($0.permission) }.html { room in
    let here: HTML? = room == shell.room ? " aria-current=\"page\"" : nil
    return "<li><a href=\"\(room.path)\"\(here)>\(room.title)</a></li>"
  }
  return """
    <header class="top"><p class="company"><a href="/">\(shell.company)</a></p>\
    <nav class="rooms" aria-label="Rooms"><ul>\(rooms)</ul></nav>\
    <form class="search" role="search" method="get" action="/customers"><label class="unseen" for="search">Search customers</label>\
    <input id="search" name="q" type="search" placeholder="Search customers" autocomplete="off" aria-keyshortcuts="/"></form>\
    <form class="me" method="post" action="/sign-out">\(hidden("csrf", shell.csrf))\
    <a class="who" href="/account">\(clipped(user.name, 60))</a>\
    <button type="submit" class="button quiet">Sign out</button></form></header>
    """
}

private func footer(_ shell: Shell) -> HTML {
  let clock = Clock(timeZone: shell.timeZone)
  let keys: HTML? = shell.user == nil ? nil : " <span class=\"hotkeys\">Press <kbd>?</kbd> for keys.</span>"
  return "<footer class=\"bottom\"><p>Holdfast. Times are those of \(clock.name).\(keys)</p></footer>"
}

/// What charts fill areas with, once for the whole page.
private let patterns: HTML = """
  <svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>\
  <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
  <rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="2" height="6"/></pattern>\
  <pattern id="cut" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">\
  <rect class="hatch-ground" width="5" height="5"/><rect class="cut-line" width="3" height="5"/></pattern>\
  </defs></svg>
  """
