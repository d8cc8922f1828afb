import Domain

/// What really goes on at a simulated customer; nobody outside sees it, only the events it leads to.
enum Persona: UInt8, CaseIterable, Hashable, Sendable {
  case onboardingWell, onboardingStuck, thriving, steady, sliding, recovering, dormant, churned

  /// Sessions compared with the customer's own normal, `days` after the persona began.
  func activity(after days: Int) -> Double {
    let weeks = Double(days) / 7
    return switch self {
    case .onboardingWell: 1.2
    case .onboardingStuck: 0.7 * decay(0.5 * weeks)
    case .thriving: 1.25
    case .steady: 0.85
    case .sliding: 0.8 * decay(0.75 * weeks)
    case .recovering: min(0.5 + 0.2 * weeks, 1)
    case .dormant: 0.012
    case .churned: 0
    }
  }

  /// Tickets opened in a day by a customer of ordinary size.
  var ticketsPerDay: Double {
    switch self {
    case .onboardingWell: 0.02
    case .onboardingStuck: 0.035
    case .thriving: 0.009
    case .steady: 0.011
    case .sliding: 0.1
    case .recovering: 0.01
    case .dormant: 0.006
    case .churned: 0
    }
  }

  /// The chance that an open ticket is solved today.
  var solvedPerDay: Double {
    switch self {
    case .onboardingWell, .thriving: 0.35
    case .steady: 0.28
    case .recovering: 0.3
    case .onboardingStuck: 0.1
    case .sliding: 0.02
    case .dormant: 0.015
    case .churned: 0.004
    }
  }

  /// The chance that a session tries a feature that the customer had not used before.
  var adoptionPerSession: Double {
    switch self {
    case .onboardingWell: 0.45
    case .onboardingStuck: 0.12
    case .thriving: 0.14
    case .steady: 0.08
    case .recovering: 0.1
    case .sliding, .dormant, .churned: 0.01
    }
  }

  /// Mean of the answers to "how likely are you to recommend us".
  var recommends: Double {
    switch self {
    case .thriving: 9
    case .onboardingWell, .steady: 7.9
    case .recovering: 7
    case .onboardingStuck, .dormant: 5.5
    case .sliding: 4
    case .churned: 2.5
    }
  }

  /// What a customer that was there before the first day is up to then.
  static func established(_ random: inout SplitMix64) -> Persona {
    let weights: [(Persona, Double)] = [
      (.thriving, 32), (.steady, 44), (.sliding, 8), (.recovering, 4), (.dormant, 8), (.onboardingWell, 4),
    ]
    return weights[random.index(weighted: weights.map(\.1)) ?? 0].0
  }

  /// What becomes of the customer tomorrow; `risk` is its own frailty, 1 on average.
  func next(after days: Int, risk: Double, _ random: inout SplitMix64) -> Persona {
    let exits: [(Persona, Double)] =
      switch self {
      case .onboardingWell: days < 21 ? [] : [(.thriving, 0.08), (.steady, 0.1)]
      case .onboardingStuck: days < 21 ? [] : [(.dormant, 0.04), (.churned, 0.04), (.recovering, 0.025)]
      case .thriving: [(.steady, 0.006), (.sliding, 0.001 * risk)]
      case .steady: [(.thriving, 0.004), (.sliding, 0.005 * risk), (.dormant, 0.0011 * risk)]
      case .sliding: days < 18 ? [(.recovering, 0.01)] : [(.recovering, 0.02), (.churned, 0.012 * risk), (.dormant, 0.008)]
      case .recovering: days < 18 ? [] : [(.steady, 0.1), (.sliding, 0.012 * risk)]
      case .dormant: days < 14 ? [] : [(.recovering, 0.009), (.churned, 0.005 * risk)]
      case .churned: []
      }
    var draw = random.unit()
    for (persona, chance) in exits {
      draw -= chance
      if draw < 0 { return persona }
    }
    return self
  }
}
