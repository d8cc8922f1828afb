import Domain

/// Distributions built from plain arithmetic and square roots: what `libm` rounds differently from platform to platform would change
/// the company that a seed stands for.
extension SplitMix64 {
  /// How many independent happenings fall into a stretch in which `mean` are expected. Knuth's product method; `mean` is capped at 60.
  mutating func poisson(_ mean: Double) -> Int {
    guard mean > 0 else { return 0 }
    let limit = decay(min(mean, 60))
    var count = 0
    var product = unit()
    while product > limit {
      count += 1
      product *= unit()
    }
    return count
  }

  /// Bell-shaped around `mean`: the sum of four even draws, scaled to `deviation`; never farther out than 3.5 deviations.
  mutating func bell(mean: Double, deviation: Double) -> Double {
    let sum = unit() + unit() + unit() + unit()
    return mean + (sum - 2) * 1.732_050_807_568_877_2 * deviation
  }

  /// Heavy-tailed (Pareto with exponent 4/3): a few draws are many times `least`, none above `most`.
  mutating func heavyTailed(least: Double, most: Double) -> Double {
    let root = (1 - unit()).squareRoot()
    return min(least / (root * root.squareRoot()), most)
  }

  /// An index into `weights`, each as likely as its share of their sum; nil where no weight is above zero.
  mutating func index(weighted weights: [Double]) -> Int? {
    let sum = weights.reduce(0, +)
    guard sum > 0 else { return nil }
    var rest = unit() * sum
    for (index, weight) in weights.enumerated() where weight > 0 {
      rest -= weight
      if rest < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 }
  }

  /// Lower indices far more often than higher ones: weights 1, 1/2, 1/3 …
  mutating func zipf(_ count: Int) -> Int {
    index(weighted: (1...max(count, 1)).map { 1 / Double($0) }) ?? 0
  }
}

/// e⁻ˣ for x ≥ 0, to about six digits.
func decay(_ x: Double) -> Double {
  let small = x / 1_024
  var value = 1 - small + small * small / 2 - small * small * small / 6
  for _ in 0..<10 { value *= value }
  return value
}
