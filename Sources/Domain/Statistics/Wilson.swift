/// The Wilson score interval of a share: between which bounds the true one lies with 95 % confidence, also where there are few trials, or
/// none or all of them succeeded.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American Statistical
/// Association 22 (1927) 209–212; method 3 of R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
/// Medicine 17 (1998) 857–872.
public struct Wilson: Hashable, Sendable {
  /// Successes ÷ trials, 0…1.
  public let share: Double
  public let lower: Double
  public let upper: Double

  /// The quantile of the standard normal distribution for a two-sided confidence of 95 %.
  public static let confidence95 = 1.959_963_984_540_054

  /// `nil` without trials, or with more successes than those.
  public init?(_ successes: Int, of trials: Int, z: Double = confidence95) {
    guard trials > 0, (0...trials).contains(successes) else { return nil }
    let n = Double(trials)
    share = Double(successes) / n
    let square = z * z
    let middle = share + square / (2 * n)
    let spread = z * (share * (1 - share) / n + square / (4 * n * n)).squareRoot()
    // At the ends the bound is the share itself, which rounding would miss by a hair.
    lower = successes == 0 ? 0 : max(0, (middle - spread) / (1 + square / n))
    upper = successes == trials ? 1 : min(1, (middle + spread) / (1 + square / n))
  }
}
