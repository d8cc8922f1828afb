import Dashboard
import Domain
import Engine

extension Inquiries {
  /// Customers as lines of pages, by id.
  func lines(of ids: some Sequence<String>) async throws -> [String: CustomerLine] {
    try await standings(of: ids).mapValues { CustomerLine(id: $0.id, name: $0.name, score: $0.health?.score, band: $0.health?.band) }
  }
}

extension [String: CustomerLine] {
  /// The line of a customer; of one that is not there any more its id.
  func line(of id: String) -> CustomerLine { self[id] ?? CustomerLine(id: id) }
}

extension PageHouse {
  var inquiries: Inquiries { dependencies.inquiries }
  var desk: Desk { dependencies.desk }

  /// The condition that holds for the customers of an owner; `nil` where expressions cannot ask for the owner.
  func ownerCondition(_ email: String) -> String? {
    let attribute = blueprint.catalog.attributes.first { $0.trait == blueprint.ownerAttribute && $0.type == .text }
    guard let attribute else { return nil }
    return "\(attribute.key) == \(quoted(email))"
  }

  /// Those who may own customers and tasks, by name; at most 200.
  func owners() async throws -> [Owner] {
    let users = try await people.users(limit: 200, cursor: nil).items.filter { $0.may(.work) }
    return users.map { Owner(email: $0.email, name: $0.name) }.sorted { ($0.name, $0.email) < ($1.name, $1.email) }
  }
}

extension PageRequest {
  /// Does what a form asks for and leads back. Where that is a mistake nothing was done: it is told with what was filled in, lest anything
  /// that somebody wrote be lost, or, where nothing was written, on the page that the form was on.
  func act(or usual: String, done notice: String, _ deed: () async throws -> Void) async throws -> PageAnswer {
    do { try await deed() } catch let mistake as WorkMistake {
      let page = refusal(mistake.description, canBeMended: mistake.kind == .invalid, or: usual)
      if page.canBeMended || page.holdsText { return .html(page.html(shell(nil, title: "")), status: Problem(mistake).status) }
      guard mistake.kind != .notFound else { throw mistake }
      return .redirect(to: next(or: usual), problem: mistake.description)
    }
    return .redirect(to: next(or: usual), notice: notice)
  }

  /// Why a form was not done, with all that was in it.
  func refusal(_ sentence: String, canBeMended: Bool, or usual: String) -> RefusedPage {
    var seen: Set<String> = ["csrf", "back"]
    let fields = form.pairs.filter { seen.insert($0.name).inserted }.map { RefusedPage.Field(name: $0.name, value: $0.value) }
    return RefusedPage(
      sentence: sentence, action: LocalPath.checked(request.uri.path) ?? PageRoutes.home, fields: fields, back: next(or: usual),
      canBeMended: canBeMended)
  }

  /// A point in time as a form gives it, in the company's zone. - Throws: `Problem` 400.
  func instant(_ name: String) throws -> Instant {
    guard let instant = FormTime.instant(form.text(name), timeZone: house.blueprint.timeZone) else {
      throw Problem.invalidParameter(name, "\(name) is a date or a time, not \(Problem.quoted(form.text(name))).")
    }
    return instant
  }

  /// One of the cases of a word. - Throws: `Problem` 400.
  func word<Word: RawRepresentable & CaseIterable>(_ name: String, as type: Word.Type) throws -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: form.text(name)) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem.invalidParameter(name, "\(name) is one of \(words), not \(Problem.quoted(form.text(name))).")
    }
    return word
  }
}
