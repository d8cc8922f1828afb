// How numbers behave in signals and formulas: the same in Swift and in the databases that the health model is compiled for, whatever is
// fed to them. PostgreSQL refuses a result that is too large or too small for a 64-bit float; so none is ever made.

extension Double {
  /// The number as a signal takes it: `nil` from a quadrillion (1e15) on, zero below 1e-15.
  var asSignal: Double? { settled(below: 1e15, from: 1e-15) }

  /// The number as a calculation takes and gives it: `nil` from 1e100 on, zero below 1e-100.
  var asResult: Double? { settled(below: 1e100, from: 1e-100) }

  private func settled(below limit: Double, from least: Double) -> Double? {
    magnitude < least ? 0 : magnitude < limit ? self : nil
  }

  /// The whole part of the number plus a half, away from zero: rounds halves away from zero. Databases can say it in the same way.
  var roundedByHalf: Double {
    let rounded = (magnitude + 0.5).rounded(.down)
    return self < 0 ? -rounded : rounded
  }
}

extension TimeSpan {
  /// The size in microseconds up to which a calculation gives durations and dates, some 30 000 years; beyond, they are missing. Two such
  /// can be added without overflow.
  static let largest: Int64 = 1_000_000_000_000_000_000
}

/// Adds amounts that people write as decimals (money, seats, ratings) without a rounding error, whatever their order: in whole
/// ten-thousandths. Amounts of 1e11 and more are not believed and count nothing.
struct DecimalSum {
  static let unit = 10_000.0
  /// Whole numbers below are exact in 64-bit floats, and so are their sums.
  static let limit = 9e15

  private var units = 0.0
  private var size = 0.0

  init(_ amounts: some Sequence<Double>) {
    for amount in amounts where amount.magnitude < 1e11 {
      let whole = (amount * Self.unit).roundedByHalf
      units += whole
      size += whole.magnitude
    }
  }

  /// The sum in ten-thousandths; `nil` where it is too large to be exact.
  var total: Double? { size < Self.limit ? units : nil }
  var value: Double? { total.map { $0 / Self.unit } }
}

extension String {
  /// Whether its UTF-8 bytes sort before the other's: the order of databases, not Swift's, which takes canonically equal texts as one.
  public func precedesInBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension JSON {
  /// What stands as text in an attribute: a text that is not blank, or a number as people write it, without an exponent or a needless
  /// fraction; `nil` for all else.
  var plainText: String? {
    guard case .number(let number) = self else { return JSON.text(for: self) }
    if let whole = Int64(exactly: number) { return String(whole) }
    return number.magnitude >= 0.0001 && number.magnitude < 1e15 ? String(number) : nil
  }
}
