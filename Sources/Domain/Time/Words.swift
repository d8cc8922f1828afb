extension TimeSpan {
  /// For people: the two largest units that are not zero ("3 d 4 h", "12 min", "40 s"), "never" for `never`.
  public var words: String {
    if self == .never { return "never" }
    if microseconds < 0 { return "−" + TimeSpan(microseconds: microseconds == .min ? .max : -microseconds).words }
    let units: [(String, Int64)] = [("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000)]
    guard let first = units.firstIndex(where: { microseconds >= $0.1 }) else { return "0 s" }
    let large = microseconds / units[first].1
    var text = "\(large) \(units[first].0)"
    if first + 1 < units.count {
      let small = microseconds % units[first].1 / units[first + 1].1
      if small > 0 { text += " \(small) \(units[first + 1].0)" }
    }
    return text
  }
}
