import Domain

/// A part of a page with its title.
/// - Parameters:
///   - id: an anchor, and the name under which the part is exchanged when the page is live (`data-live-part`).
///   - actions: links and buttons beside the title.
func card(title: String, id: String? = nil, actions: HTML? = nil, _ body: HTML) -> HTML {
  let anchor: HTML? = id.map { " id=\"\($0)\" data-live-part=\"\($0)\"" }
  let aside: HTML? = actions.map { "<div class=\"actions\">\($0)</div>" }
  return "<section class=\"card\"\(anchor)><header><h2>\(title)</h2>\(aside)</header>\(body)</section>"
}

/// Figures in a row: what is counted, how many, and what stands beside it.
func tiles(_ tiles: [(label: String, value: HTML, detail: HTML?)]) -> HTML {
  let pieces = tiles.html { tile in
    let detail: HTML? = tile.detail.map { "<dd class=\"detail\">\($0)</dd>" }
    return "<div class=\"tile\"><dt>\(tile.label)</dt><dd class=\"value\">\(tile.value)</dd>\(detail)</div>"
  }
  return "<dl class=\"tiles\">\(pieces)</dl>"
}

/// What a page says where it has nothing to show: that this is so, and what would change it.
func emptyState(_ sentence: String, hint: HTML? = nil) -> HTML {
  let more: HTML? = hint.map { "<p class=\"hint\">\($0)</p>" }
  return "<div class=\"empty\"><p>\(sentence)</p>\(more)</div>"
}

/// Pairs of a word and what it is here, in two columns.
func facts(_ facts: [(label: String, value: HTML)]) -> HTML {
  "<dl class=\"facts\">\(facts.html { "<div><dt>\($0.label)</dt><dd>\($0.value)</dd></div>" })</dl>"
}

/// What went wrong with what the reader asked for, in her words, with the remedy.
func problem(_ sentence: String, _ detail: HTML? = nil) -> HTML {
  "<div class=\"notice bad\" role=\"alert\"><p>\(sentence)</p>\(detail)</div>"
}

/// The title of a page, with what belongs beside it.
func heading(_ title: String, beside: HTML? = nil, actions: HTML? = nil) -> HTML {
  let aside: HTML? = actions.map { "<div class=\"actions\">\($0)</div>" }
  return "<header class=\"heading\"><h1>\(title)</h1>\(beside)\(aside)</header>"
}

/// Cards beside each other where there is room.
func columns(_ body: HTML) -> HTML { "<div class=\"columns\">\(body)</div>" }

/// A wide column and a narrow one, below each other where there is no room.
func sides(main: HTML, aside: HTML) -> HTML {
  "<div class=\"sides\"><div class=\"stack\">\(main)</div><div class=\"stack\">\(aside)</div></div>"
}

/// A link to an address of ours.
func link(_ path: String, _ text: String) -> HTML { "<a href=\"\(path)\">\(text)</a>" }

/// A link that looks like a button: leads somewhere, changes nothing.
func buttonLink(_ path: String, _ text: String, kind: ButtonKind = .plain) -> HTML {
  "<a class=\"button \(kind.rawValue)\" href=\"\(path)\">\(text)</a>"
}

/// The page of a customer.
public func customerPath(_ id: String) -> String { "/customers/\(percentEncoded(id))" }

/// Values for a script to read, never to run: JSON in a block of its own.
/// - Parameter json: printed JSON.
func data(id: String, json: String) -> HTML {
  // Within this element only `<` could end it; in JSON it stands in strings alone, where its number is as good.
  let safe = json.replacing(scalar: "<", with: "\\u003c")
  return "<script type=\"application/json\" id=\"\(id)\">\(HTML(stringLiteral: safe))</script>"
}
