import Domain

/// Sources: queries into the user's own databases.
extension BlueprintBuilder {
  mutating func sources() -> [Source] {
    (root["sources"]?.members ?? []).compactMap { member in source(member) }
  }

  private mutating func source(_ member: Checked.Member) -> Source? {
    let checked = member.value
    let kind = checked.text("kind").flatMap(RecordKind.init(rawValue:))
    let query = checked["query"].flatMap { self.query($0) }
    let database = checked["database"].flatMap { sourceDatabase($0) }
    let map = kind.map { columns(checked["map"], of: $0) } ?? [:]
    let extras = kind.flatMap { self.extras(checked, of: $0) }
    if checked["watermark"] == nil, let full = checked["full"], !full.isInvalid {
      findings.warn(full.place, "without a \"watermark\" every run reads all rows, and \"full\" changes nothing")
    }
    guard let kind, let query else { return nil }
    var source = Source(name: member.name, kind: kind, database: database, query: query, map: map, extras: extras)
    source.watermark = checked.text("watermark")
    source.every = checked.duration("every", default: source.every) ?? source.every
    source.overlap = checked.duration("overlap", default: source.overlap) ?? source.overlap
    if case .minutes(let minute)? = checked["full"]?.value { source.fullMinute = minute }
    if checked.text("full") == "off" { source.fullMinute = nil }
    source.tellsDeletions = checked.text("deletions") != "ignore"
    source.pageSize = checked.integer("page", default: source.pageSize) ?? source.pageSize
    return source
  }

  // MARK: The database

  private mutating func sourceDatabase(_ checked: Checked) -> SourceDatabase? {
    guard let text = checked.text else { return nil }
    let sqlite = "sqlite:"
    // A path is no secret.
    let use = SecretUse(idle: "this source reads nothing", example: "${APP_DATABASE_URL}")
    guard let value = text.hasPrefix(sqlite) ? text : secret(text, at: checked.place, use) else { return nil }
    if value.hasPrefix(sqlite), value.count > sqlite.count { return .sqlite(path: String(value.dropFirst(sqlite.count))) }
    if value.hasPrefix("postgres://") || value.hasPrefix("postgresql://") { return .postgres(url: Secret(value)) }
    // The value itself may be secret and stays out of the message.
    findings.error(checked.place, "\"database\" begins with postgres:// or sqlite:, like sqlite:app.db")
    return nil
  }

  // MARK: The query

  private mutating func query(_ checked: Checked) -> String? {
    guard let text = checked.text else { return nil }
    switch QueryText.check(text) {
    case .success(let query): return query
    case .failure(let problem):
      let place = positions[checked.place.file]?.place(of: problem.offset, from: checked.place, style: checked.style)
      findings.error(place ?? checked.place, "\"query\" \(problem.message)")
      return nil
    }
  }

  // MARK: Columns

  private mutating func columns(_ checked: Checked?, of kind: RecordKind) -> [String: String] {
    var columns: [String: String] = [:]
    let known = kind.fields.map(\.name)
    for member in checked?.members ?? [] {
      guard let column = member.value.text else { continue }
      if !known.contains(member.name) {
        findings.error(
          member.place, "\(kind.rawValue) have no field \"\(member.name)\"; they have \(known.joined(separator: ", "))",
          suggestion: nearest(member.name, in: known))
      } else if member.name == "id", column.contains("{") || column.hasPrefix("\"") {
        findings.error(member.value.place, "the id of a row is one column; put it together in the query")
      }
      columns[member.name] = column
    }
    return columns
  }

  private mutating func extras(_ checked: Checked, of kind: RecordKind) -> [Source.Extra]? {
    let key: String? = kind == .customers ? "attributes" : kind == .contacts ? "traits" : nil
    for other in ["attributes", "traits"] where other != key {
      guard let place = checked[other]?.place else { continue }
      findings.error(place, "\(kind.rawValue) have no \(other)", suggestion: key)
    }
    guard let key, let wanted = checked[key] else { return nil }
    if case .list(let items) = wanted.value { return items.compactMap(\.text).map { Source.Extra(name: $0, column: $0) } }
    return wanted.members.compactMap { member in member.value.text.map { Source.Extra(name: member.name, column: $0) } }
  }
}
