import Domain

/// One row seen through a column map: fields by name, checked, with errors that name the column.
struct RowValues {
  let row: Row
  let reader: RecordReader
  let receivedAt: Instant

  /// A field's value and the name of its column (or a description of its source) for messages.
  struct Found {
    var value: JSON
    var place: String
    var column: String?
  }

  func found(_ field: String) throws(RecordError) -> Found? {
    if let source = reader.map.fields[field] { return try value(of: source, place: field) }
    for column in reader.columns[field] ?? [] {
      guard let place = row.place(ofKey: column.key) else { continue }
      // A field given as an object is no id or date; it may hold attributes under the same name.
      guard let value = Row.present(row.members[place].value), value.members == nil, value.array == nil else { continue }
      return Found(value: value, place: "column '\(row.members[place].name)'", column: column.name)
    }
    return nil
  }

  private func value(of source: ColumnSource, place: String) throws(RecordError) -> Found? {
    switch source {
    case .column(let column):
      return row[column].map { Found(value: $0, place: "column '\(column)'", column: column) }
    case .constant(let value): return Found(value: value, place: "'\(place)' of the column map", column: nil)
    case .template(let pieces):
      return template(pieces).map { Found(value: .string($0), place: "'\(place)' of the column map", column: nil) }
    case .lookup(let lookup, let column): return try lookedUp(lookup, column)
    case .monthsAfter(let column, let count): return try monthsAfter(column, count)
    }
  }

  private func template(_ pieces: [ColumnSource.TemplatePiece]) -> String? {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let fixed): text += fixed
      case .column(let column):
        guard let value = RecordText.text(row[column]) else { return nil }
        text += value
      }
    }
    return text
  }

  private func lookedUp(_ lookup: Lookup, _ column: String) throws(RecordError) -> Found? {
    guard let key = RecordText.text(row[column]) else { return nil }
    guard let value = reader.tables[lookup]?[key] else {
      throw RecordError(.notFound, "no row of \(lookup.file) has \(lookup.key) = '\(RecordText.shown(.string(key)))'")
    }
    return Found(value: .string(value), place: "\(lookup.take) of \(lookup.file)", column: column)
  }

  private func monthsAfter(_ column: String, _ count: ColumnSource.MonthCount) throws(RecordError) -> Found? {
    guard let value = row[column] else { return nil }
    let months: Int
    switch count {
    case .fixed(let number): months = number
    case .by(let other, let table):
      guard let text = RecordText.text(row[other]) else { return nil }
      guard let number = table[text] else {
        throw RecordError(
          .outOfRange, "column '\(other)': the column map knows no number of months for '\(RecordText.shown(.string(text)))'")
      }
      months = number
    }
    let start = try instant(Found(value: value, place: "column '\(column)'", column: column))
    guard let date = CivilDate(start.day).adding(months: months) else {
      throw RecordError(.outOfRange, "column '\(column)': \(months) months later is no date")
    }
    let end = Day(date).start + (start - start.day.start)
    return Found(value: .string(end.iso8601), place: "column '\(column)'", column: column)
  }

  // MARK: Typed fields

  func text(_ field: String) throws(RecordError) -> String? {
    guard let found = try found(field) else { return nil }
    return RecordText.text(found.value)
  }

  /// An id or a name, composed: at most 200 characters, without U+0000.
  func id(_ field: String) throws(RecordError) -> String? {
    guard let found = try found(field), let text = RecordText.text(found.value)?.composed else { return nil }
    guard text.utf8.count <= 200 || text.unicodeScalars.count <= 200 else {
      throw RecordError(.tooLong, "\(found.place): '\(RecordText.shown(found.value))' is longer than 200 characters")
    }
    guard !text.utf8.contains(0) else { throw RecordError(.invalidText, "\(found.place) contains the character U+0000") }
    return text
  }

  func required(_ field: String) throws(RecordError) -> String {
    guard let id = try id(field) else { throw missing(field) }
    return id
  }

  func missing(_ field: String) -> RecordError {
    let columns = reader.map.fields[field].map(\.columns) ?? reader.columns[field]?.map(\.name) ?? []
    let hint = columns.isEmpty ? "" : " (looked in \(columns.map { "'\($0)'" }.joined(separator: ", ")))"
    let mapping = reader.mapping.replacing("FIELD", with: field)
    return RecordError(.missing, "no \(field)\(hint); name its column with \(mapping)")
  }

  func number(_ field: String, in range: ClosedRange<Double>) throws(RecordError) -> Double? {
    guard let found = try found(field) else { return nil }
    guard let number = found.value.double ?? RecordText.text(found.value).flatMap(Double.init), number.isFinite else {
      throw RecordError(.unreadableNumber, "\(found.place): '\(RecordText.shown(found.value))' is no number")
    }
    guard range.contains(number) else {
      throw RecordError(.outOfRange, "\(found.place): \(RecordText.shown(found.value)) is not within \(bounds(range))")
    }
    return number
  }

  private func bounds(_ range: ClosedRange<Double>) -> String {
    range.upperBound < 1e6 ? "\(Int(range.lowerBound))–\(Int(range.upperBound))" : "\(Int(range.lowerBound)) and above"
  }

  // MARK: Times

  private func instant(_ found: Found) throws(RecordError) -> Instant {
    let value = RecordText.text(found.value).map(JSON.string) ?? found.value
    guard let instant = LooseInstant.read(value) else {
      throw RecordError(
        .unreadableTime,
        "\(found.place): '\(RecordText.shown(found.value))' is no date that exists, or not written like 2024-01-31 or 2024-01-31T10:00:00Z")
    }
    return instant
  }

  /// - Parameters:
  ///   - future: whether it may lie in the future. If not, up to a day ahead of the arrival (clocks, time zones) counts as the arrival,
  ///   more is an error.
  ///   - history: whether it may lie before 1970.
  func time(_ field: String, future: Bool = false, history: Bool = false) throws(RecordError) -> Instant? {
    guard let found = try found(field) else { return nil }
    let instant = try instant(found)
    guard history || instant >= .epoch else {
      throw RecordError(.impossibleTime, "\(found.place): '\(RecordText.shown(found.value))' lies before 1970")
    }
    guard !future, instant > receivedAt else { return instant }
    guard instant <= receivedAt + .days(1) else {
      throw RecordError(.inTheFuture, "\(found.place): '\(RecordText.shown(found.value))' lies in the future")
    }
    return receivedAt
  }

  func requiredTime(_ field: String) throws(RecordError) -> Instant {
    guard let instant = try time(field) else { throw missing(field) }
    return instant
  }

  // MARK: Attributes and properties

  /// The map's list, or every column that no field uses; the members of an object named `nested` stand among them.
  func extras(nested: [String]) throws(RecordError) -> [JSON.Member] {
    var members: [JSON.Member] = []
    if let wanted = reader.map.extras {
      for extra in wanted {
        guard let found = try value(of: extra.source, place: extra.name) else { continue }
        members.append(JSON.Member(extra.name, typed(found.value)))
      }
      return members
    }
    let used = try usedPlaces()
    for (place, member) in row.members.enumerated() where !used.contains(place) {
      guard let value = Row.present(member.value) else { continue }
      if let inner = value.members, nested.contains(member.name) {
        members += inner
      } else {
        members.append(JSON.Member(member.name, typed(value)))
      }
    }
    return members
  }

  private func typed(_ value: JSON) -> JSON {
    if row.isText, case .string(let text) = value { return RecordText.typed(text) }
    return value
  }

  private func usedPlaces() throws(RecordError) -> Set<Int> {
    var used: Set<Int> = []
    for field in reader.kind.fields {
      let column: String?
      if let source = reader.map.fields[field.name] { column = source.consumedColumn } else { column = try found(field.name)?.column }
      if let place = column.flatMap({ row.place(of: $0) }) { used.insert(place) }
    }
    return used
  }
}
