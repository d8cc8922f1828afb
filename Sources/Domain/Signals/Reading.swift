/// A signal's or formula's value at one instant, and how time alone moves it.
public struct Reading: Hashable, Sendable {
  /// `nil`: missing.
  public var value: Value?
  /// Durations, and dates shifted by them, may run: +1 an age that grows with time, −1 a time left that shrinks, 0 all else.
  public var slope: Int
  /// Up to this instant (exclusive) the value stays, or runs on evenly; `nil`: until something new is known.
  public var until: Instant?

  public init(_ value: Value?, slope: Int = 0, until: Instant? = nil) {
    self.value = value
    self.slope = slope
    self.until = until
  }

  var isTrue: Bool { value == .boolean(true) }
}

/// The earlier of two instants, where `nil` means never.
func earliest(_ a: Instant?, _ b: Instant?) -> Instant? {
  switch (a, b) {
  case (let a?, let b?): min(a, b)
  case (let a?, nil): a
  case (nil, let b): b
  }
}
