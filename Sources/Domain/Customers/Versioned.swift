/// A value with the time of its statement. Of two statements the later one holds; of two at the same instant the one that sorts higher, so
/// that the order of arrival never matters.
public struct Versioned<Content: Hashable & Sendable>: Hashable, Sendable {
  public var value: Content
  public var version: Instant

  public init(_ value: Content, version: Instant) {
    self.value = value
    self.version = version
  }

  /// Takes `other` over where it wins. `outranks` tells whether the first of two values stated for the same instant goes before the second.
  public mutating func merge(_ other: Versioned, outranks: (Content, Content) -> Bool) {
    if other.version > version || (other.version == version && outranks(other.value, value)) { self = other }
  }
}

/// Attributes by name; `null` stands for an attribute that was taken away.
public struct Attributes: Hashable, Sendable {
  public private(set) var values: [String: Versioned<JSON>]

  /// More names than this are not kept for one customer or contact.
  public static let maximumCount = 500

  public init(_ values: [String: Versioned<JSON>] = [:]) { self.values = values }

  /// Takes in all members as stated at `version`.
  public mutating func merge(_ members: [JSON.Member], version: Instant) {
    for member in members { merge(member.name, Versioned(member.value, version: version)) }
  }

  /// Takes in one value where it wins over what is known. Of more than `maximumCount` names those that sort
  /// first are kept, whichever came first.
  public mutating func merge(_ name: String, _ value: Versioned<JSON>) {
    if values[name] != nil {
      values[name]?.merge(value) { $1.printed(sortedKeys: true).precedesInBytes($0.printed(sortedKeys: true)) }
      return
    }
    values[name] = value
    if values.count > Self.maximumCount, let last = values.keys.max() { values[last] = nil }
  }

  /// Takes in all values of `other`, each where it wins.
  public mutating func merge(_ other: Attributes) {
    for (name, value) in other.values { merge(name, value) }
  }

  /// The value of that name; `nil` where there is none or it was taken away.
  public subscript(name: String) -> JSON? {
    guard let value = values[name]?.value, !value.isNull else { return nil }
    return value
  }

  /// Present values, sorted by name.
  public var members: [JSON.Member] {
    values.filter { !$0.value.value.isNull }.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value.value) }
  }
}
