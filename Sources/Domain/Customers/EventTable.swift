/// Usage by event name.
///
/// A customer has some dozen names at most and there are very many customers: names and usage lie side by side in one array without spare
/// places, half the size of a dictionary, and are found as quickly.
public struct EventTable: Hashable, Sendable {
  private struct Entry: Hashable, Sendable {
    var name: String
    var usage: EventUsage
  }

  private var entries: [Entry] = []

  public init() {}

  public subscript(name: String) -> EventUsage? { entries.first { $0.name == name }?.usage }

  /// Changes the usage of one name, from none where there was none.
  mutating func update(_ name: String, _ change: (inout EventUsage) -> Void) {
    if let index = entries.firstIndex(where: { $0.name == name }) { return change(&entries[index].usage) }
    if entries.count == entries.capacity { entries.reserveCapacity(entries.count + 2) }
    var usage = EventUsage()
    change(&usage)
    entries.append(Entry(name: name, usage: usage))
  }

  public static func == (a: EventTable, b: EventTable) -> Bool {
    a.entries.count == b.entries.count && a.entries.allSatisfy { b[$0.name] == $0.usage }
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(Set(entries)) }
}
