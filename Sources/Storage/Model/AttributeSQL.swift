import Domain
import Foundation
import SQL

/// Attributes in force: of the customer's own row and of the contact that shares its id; the later statement holds.
struct AttributeSQL {
  let dialect: Dialect
  private struct Attribute {
    /// As it arrives.
    var name: String
    /// The stem of its columns.
    var word: String
  }
  private var attributes: [Attribute] = []
  private var names = ColumnNames()
  private var values: [(expression: String, name: String)] = []
  private var text: SQLText { SQLText(dialect: dialect) }

  init(dialect: Dialect) {
    self.dialect = dialect
    for name in ["shard", "id", "first_seen", "first_heard"] { _ = names.take(name) }
  }

  var isNeeded: Bool { !attributes.isEmpty }

  private mutating func attribute(_ name: String) -> Attribute {
    if let known = attributes.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return known }
    let attribute = Attribute(name: name, word: names.take("attribute_" + SQLText.word(name)))
    attributes.append(attribute)
    return attribute
  }

  private mutating func value(_ attribute: Attribute, _ kind: String, _ expression: String) -> String {
    if let known = values.first(where: { $0.expression == expression }) { return "customers.\(known.name)" }
    let name = names.take("\(attribute.word)_\(kind)")
    values.append((expression, name))
    return "customers.\(name)"
  }

  mutating func fragment(named name: String, as type: ValueType) -> SQLFragment {
    let attribute = attribute(SQLText.composed(name))
    let word = attribute.word
    switch type {
    case .boolean: return .boolean(value(attribute, "boolean", dialect.booleanElement(of: word)))
    case .text: return .text(value(attribute, "text", dialect.bytewise(dialect.textElement(of: word))))
    case .date: return .instant(value(attribute, "date", date(word)))
    case .number:
      let number = """
        CASE
            WHEN \(dialect.kind(of: word)) \(dialect.numberKinds) THEN CAST(\(word) ->> 0 AS DOUBLE PRECISION)
            WHEN \(dialect.kind(of: word)) = \(dialect.textKind) THEN CAST(\(word) -> 2 ->> 'number' AS DOUBLE PRECISION)
          END
        """
      return .number(Self.believed(value(attribute, "number", number)))
    case .duration: return .missing
    }
  }

  /// A number as signals take it: see `Double.asSignal`.
  static func believed(_ number: String) -> String {
    "CASE WHEN ABS(\(number)) < 1e-15 THEN 0.0 WHEN ABS(\(number)) < 1e15 THEN \(number) END"
  }

  private func date(_ word: String) -> String {
    "CASE WHEN \(dialect.kind(of: word)) = \(dialect.textKind) THEN CAST(\(word) -> 2 ->> 'date' AS BIGINT) END"
  }

  /// When the customer started: see `CustomerState.startedAt`.
  mutating func startedAt() -> SQLFragment {
    var choices: [String] = []
    for name in ["created_at", "createdAt"] {
      let attribute = attribute(name)
      let number = value(
        attribute, "epoch",
        "CASE WHEN \(dialect.kind(of: attribute.word)) \(dialect.numberKinds) THEN CAST(\(attribute.word) ->> 0 AS DOUBLE PRECISION) END")
      choices += [value(attribute, "date", date(attribute.word)), epoch(number)]
    }
    let seen =
      "CASE WHEN customers.first_seen < \(Instant.distantFuture.microseconds) THEN customers.first_seen ELSE customers.first_heard END"
    return .instant("COALESCE(\n    \((choices + [seen]).joined(separator: ",\n    "))\n  )")
  }

  /// Seconds since 1970, or milliseconds where as many as that: see `Instant.init(epoch:)`.
  private func epoch(_ number: String) -> String {
    func microseconds(_ seconds: String) -> String {
      let product = "\(seconds) * 1000000"
      return "CASE WHEN \(number) < 0 THEN -\(dialect.whole("0.5 - \(product)")) ELSE \(dialect.whole("\(product) + 0.5")) END"
    }
    return """
      CASE
          WHEN ABS(\(number)) < 1e11 THEN CASE WHEN \(number) >= -62135596800.0 THEN \(microseconds(number)) END
          WHEN \(number) / 1000 >= -62135596800.0 AND \(number) / 1000 < 253402300800.0 THEN \(microseconds("\(number) / 1000"))
        END
      """
  }

  // MARK: Queries

  func queries(shards: String) -> [SQLQuery] {
    guard isNeeded else { return [] }
    return [statement(shards), chosen, typed]
  }

  private func statement(_ shards: String) -> SQLQuery {
    let inner = SQLQuery(
      name: "",
      columns: ["shard", "id", "first_seen", "first_heard"].map { .init(expression: "customer.\($0)") } + [
        .init(expression: dialect.document("customer.attributes"), name: "stated"),
        .init(expression: dialect.document("contact.attributes"), name: "own"),
      ],
      source: [
        "customer",
        "LEFT JOIN contact ON contact.shard = customer.shard AND contact.customer = customer.id AND contact.id = customer.id",
      ],
      conditions: shards.isEmpty ? [] : ["customer.\(shards)"], tail: dialect.fence)
    var query = SQLQuery(
      name: "attribute_statement",
      comments: ["What is stated of each customer, and of the contact that shares its id: [value, version in microseconds]."],
      columns: ["shard", "id", "first_seen", "first_heard"].map { .init(expression: $0) },
      source: ["(", inner.select(indent: "    "), "  ) AS statement"])
    for attribute in attributes {
      query.add(member("stated", attribute.name), as: attribute.word)
      query.add(member("own", attribute.name), as: "own_\(attribute.word)")
    }
    return query
  }

  private func member(_ document: String, _ name: String) -> String {
    let isPlain = !name.isEmpty && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
    return dialect.twin(
      // A path of SQLite cannot name every member.
      sqlite: isPlain
        ? "\(document) -> \(text.literal("$.\"\(name)\""))"
        : "(SELECT member.value FROM json_each(\(document)) AS member WHERE member.key = \(text.literal(name)))",
      postgres: "\(document) -> \(text.literal(name))")
  }

  private var chosen: SQLQuery {
    var query = SQLQuery(
      name: "attribute", comments: ["Of both the later; of equally late ones the customer's."],
      columns: ["shard", "id", "first_seen", "first_heard"].map { .init(expression: $0) }, source: ["attribute_statement"],
      tail: dialect.fence)
    for attribute in attributes {
      let word = attribute.word
      query.add(
        """
        CASE
            WHEN \(word) IS NULL OR CAST(own_\(word) ->> 1 AS BIGINT) > CAST(\(word) ->> 1 AS BIGINT) THEN own_\(word) ELSE \(word)
          END
        """, as: word)
    }
    return query
  }

  private var typed: SQLQuery {
    var query = SQLQuery(
      name: "customers", comments: ["The attributes as values of their types; what does not fit is missing."],
      columns: ["shard", "id", "first_seen", "first_heard"].map { .init(expression: $0) }, source: ["attribute"],
      tail: dialect.fence)
    for value in values { query.add(value.expression, as: value.name) }
    return query
  }
}

extension SQLText {
  /// In Unicode's composed form (NFC), in which ids and names are stored.
  static func composed(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? plain(text) : plain(text).precomposedStringWithCanonicalMapping
  }
}
