import Foundation

/// What people look at, in a real browser: first paint and weight of each page on an idle server, and the week's digest.
struct PageScenario {
  let stage: Stage

  private static let someone = "somebody@example.com"

  private var pages: [(name: String, title: String, path: String)] {
    let customer = Workload.customer(1 + stage.options.customers / 2)
    return [
      ("today", "Today", "/"), ("health", "Health", "/health"), ("customers", "Customers", "/customers"),
      ("customers_band", "Customers by band", "/customers?where=band%20%3D%3D%20%22critical%22"),
      ("customers_signal", "Customers by a signal", "/customers?where=open_tickets%20%3E%200&sort=score"),
      ("customers_search", "Customers by a word", "/customers?q=Customer%20\(stage.options.customers / 2)"),
      ("customer", "a customer", "/customers/\(customer)"), ("alerts", "Alerts", "/alerts"), ("outbox", "Outbox", "/outbox"),
      ("system", "System", "/system"),
    ]
  }

  func play(into report: inout Report) throws {
    let browser = try Browser()
    try stage.withInstallation("pages", isFilled: true) { installation in
      _ = try installation.command(["user", "add", Self.someone, "--name", "Some Body", "--role", "operations"])
      let server = try installation.start()
      let visits = try browser.open(
        pages.map { ($0.name, $0.path) }, times: stage.options.visits, signedInBy: try signInLink(installation, server),
        folder: installation.folder)
      try server.stop()
      let start = Clock.seconds()
      _ = try installation.command(["digest"], limit: 600)
      let digest = Clock.seconds() - start
      report.section("Pages in a browser")
      for page in pages {
        guard let seen = visits[page.name] else { continue }
        report.duration("page_\(page.name)_answer_p50", "\(page.title), answer, p50", seen.answer.percentile(0.5))
        report.duration(
          "page_\(page.name)_paint_p50", "\(page.title), first paint, p50", seen.paint.percentile(0.5), note: "\(seen.paint.count) visits")
        report.duration("page_\(page.name)_paint_max", "\(page.title), first paint, max", seen.paint.largest)
        report.bytes("page_\(page.name)_weight", "\(page.title), weight with all it loads", Double(seen.weight))
      }
      report.duration("digest", "the week's digest, made", digest, note: "as a program of its own, its start with it")
    }
  }

  /// Where this server really is; the program knows only what its configuration says.
  private func signInLink(_ installation: Installation, _ server: Server) throws -> String {
    let printed = try installation.command(["user", "link", Self.someone]).output
    guard let start = printed.range(of: "/link/") else { throw Failure("holdfast user link printed no link") }
    return "http://127.0.0.1:\(server.port)" + printed[start.lowerBound...].prefix { !$0.isWhitespace }
  }
}
