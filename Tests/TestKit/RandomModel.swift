import Domain

/// Makes catalogs and health models out of everything that the expression language and the model can say.
package struct RandomModel {
  package static let catalog: Catalog = {
    var catalog = Catalog(
      events: [EventDeclaration(key: "login", name: "Signed In")],
      features: [
        FeatureDeclaration(key: "report", title: "Reports", event: "Report Created", isCore: true),
        FeatureDeclaration(key: "share", title: "Sharing", event: "Report Shared", isCore: true),
        FeatureDeclaration(key: "export", title: "Export", event: "Export Used"),
        FeatureDeclaration(key: "alert", title: "Alerts", event: "Alert Set"),
      ],
      goals: [GoalDeclaration(key: "shared", title: "First share", reached: .event("Report Shared"))],
      attributes: [
        AttributeDeclaration(key: "region", trait: "region", type: .text),
        AttributeDeclaration(key: "staff", trait: "employees", type: .number),
        AttributeDeclaration(key: "trial", trait: "trial", type: .boolean),
        AttributeDeclaration(key: "renewal", trait: "renewal_on", type: .date),
      ])
    let busy = formula("count(activity, 7d) >= 5 and age(login) < 3d", catalog, isGoal: true)
    catalog.goals.append(GoalDeclaration(key: "busy", title: "Busy week", reached: .condition(busy)))
    return catalog
  }()

  package static let numbers = [
    "count(login)", "count(login, 3d)", "count(usage, 7d)", "count(activity, 30d)", "count(\"Report Shared\", 1d)", "trend(usage, 14d)",
    "trend(login, 7d)", "trend(activity, 1d)", "features()", "features(10d)", "core_features()", "core_features(5d)", "goals",
    "active_contacts(7d)", "seats_used(20d)", "open_tickets", "unresolved_tickets(3d)", "tickets(20d)", "reopened_tickets(30d)",
    "ticket_satisfaction(30d)", "nps", "mrr", "arr", "seats", "staff", "open_tickets * 2 - 1", "mrr / seats", "count(login, 7d) + nps",
    "staff * staff * staff * staff * staff * staff * staff * staff * staff", "mrr / seats / staff / staff / staff / staff / staff",
    "-staff",
    "2 / 3 * features() - 1 / count(login, 2d)",
  ]
  package static let durations = [
    "age(login)", "age(usage)", "age(activity)", "age(export)", "oldest_open_ticket", "resolution_time(40d)", "until_renewal", "tenure",
    "age(login) - age(report)", "until_renewal + tenure", "tenure + age(activity)", "date(\"2026-06-01\") - renewal",
    "date(\"2026-02-01\") - (renewal - age(login))", "tenure - until_renewal", "-age(login)",
    "tenure + tenure + tenure + tenure + tenure", "age(login) + (age(report) - (tenure - age(share)))",
  ]
  package static let booleans = ["subscribed", "canceled", "payment_failed", "goal(shared)", "goal(busy)", "trial", "plan is missing"]
  package static let texts = ["plan", "tier", "journey", "region", "name", "id"]
  package static let dates = [
    "renewal", "renewal + age(login)", "renewal - tenure", "renewal + 3d", "date(\"2026-01-05\") + until_renewal",
  ]

  package static let segments = ExpressionCompiler.compileSegments(
    [
      SegmentDraft(name: "small", source: "staff < 50 or staff is missing"),
      SegmentDraft(name: "keen", source: "not in_segment(small) and age(login) < 4d"),
    ], catalog: catalog
  ).segments

  /// Compiles an expression that is known to be right.
  package static func formula(_ source: String, _ catalog: Catalog = RandomModel.catalog, isGoal: Bool = false) -> Formula {
    let compiler = ExpressionCompiler(
      catalog: catalog, segments: isGoal ? [] : segments, allowsScore: false, isGoalCondition: isGoal)
    return switch compiler.compile(source) {
    case .success(let formula): formula
    case .failure(let errors): preconditionFailure("\(source): \(errors)")
    }
  }

  package static let formulas = (numbers + durations + booleans + texts + dates).map { formula($0) }

  private var random: SplitMix64

  package init(seed: UInt64) { random = SplitMix64(seed: seed) }

  package mutating func model() -> HealthModel {
    let segments = (0..<random.below(3)).map { Segment(name: "segment\($0)", condition: Self.formula(condition())) }
    return HealthModel(
      pillars: pillars(), variants: segments.map { Variant(segment: $0, pillars: pillars()) },
      caps: (0..<random.below(3)).map {
        Cap(name: "cap\($0)", limit: random.below(101), when: Self.formula(condition()), reason: "because")
      },
      bands: Bands(healthyFrom: random.whole(in: 50...90), atRiskFrom: random.whole(in: 10...50)), version: "m\(random.next())")
  }

  package mutating func blueprint() -> Blueprint {
    let model = model()
    return Blueprint(company: "Test", catalog: Self.catalog, model: model, version: "b" + model.version)
  }

  private mutating func pillars() -> [Pillar] {
    let maxima = parts(of: 100, count: random.whole(in: 1...4))
    var number = 0
    return maxima.enumerated().map { index, max in
      let measures = parts(of: max, count: Swift.min(random.whole(in: 1...3), max)).map { max in
        number += 1
        return measure("measure\(number)", max: max)
      }
      return Pillar(name: "pillar\(index)", max: max, measures: measures)
    }
  }

  /// `sum` as a sum of positive parts.
  private mutating func parts(of sum: Int, count: Int) -> [Int] {
    var parts = Array(repeating: 1, count: count)
    for _ in count..<max(sum, count) { parts[random.below(count)] += 1 }
    return parts
  }

  private mutating func measure(_ name: String, max: Int) -> Measure {
    let signal: String
    let rule: PointsRule
    switch random.below(10) {
    case 0...2:
      signal = random.pick(Self.durations)
      let limits = (0..<random.whole(in: 1...4)).map { _ in TimeSpan.hours(Int64(random.below(900))) }.sorted().map(Value.duration)
      rule = steps(limits, max: max)
    case 3...5:
      signal = random.pick(Self.numbers)
      let limits = (0..<random.whole(in: 1...4)).map { _ in Double(random.below(24)) / 2 - 2 }.sorted().map(Value.number)
      rule = steps(limits, max: max)
    case 6, 7:
      signal = random.pick(Self.numbers)
      rule = .each(
        start: random.whole(in: -5...max), each: Double(random.below(81) - 40) / 4, bonus: random.below(20) - 5,
        bonusWhen: random.chance(0.5) ? Self.formula(condition()) : nil)
    case 8:
      signal = random.pick(Self.numbers)
      rule = .share
    default:
      let (signals, values): ([String], [Value]) = random.pick([
        (Self.texts, ["pro", "enterprise", "eu", "activation", "c1"].map(Value.text)),
        (Self.booleans, [.boolean(true), .boolean(false)]), (Self.numbers, [0, 1, 2.5, 5].map(Value.number)),
      ])
      signal = random.pick(signals)
      rule = .values(values.map { .init(value: $0, points: points(max)) }, otherwise: points(max))
    }
    return Measure(name: name, title: name, signal: Self.formula(signal), rule: rule, max: max, missing: points(max))
  }

  /// Now and then more than the maximum, or less than nothing: what is given is held within 0…max.
  private mutating func points(_ max: Int) -> Int { random.whole(in: -1...(max + 1)) }

  private mutating func steps(_ limits: [Value], max: Int) -> PointsRule {
    let steps = limits.map { PointsRule.Step(limit: $0, points: points(max)) }
    return random.chance(0.5) ? .below(steps, otherwise: points(max)) : .atLeast(steps.reversed(), otherwise: points(max))
  }

  package mutating func condition(depth: Int = 2) -> String {
    let sign = random.pick(["<", "<=", ">", ">=", "==", "!="])
    switch random.below(depth > 0 ? 12 : 9) {
    case 6: return "\(random.pick(Self.texts.filter { $0 != "journey" })) \(random.pick(["in", "not in"])) [\"pro\", \"eu\", \"c1\"]"
    case 7: return "\(random.pick(Self.numbers)) \(random.pick(["in [0, 1, 2.5]", "is missing", "is present"]))"
    case 8:
      return random.pick(["in_segment(small)", "in_segment(keen)", "\(random.pick(Self.durations)) is missing", "trial == goal(busy)"])
    case 0: return random.pick(Self.booleans)
    case 1: return "\(random.pick(Self.numbers)) \(sign) \(random.below(8))"
    case 2: return "\(random.pick(Self.durations)) \(sign) \(random.below(900))h"
    case 3:
      if random.chance(0.2) { return "journey \(sign == "!=" ? sign : "==") \"activation\"" }
      let text = random.pick(Self.texts.filter { $0 != "journey" })
      return "\(text) \(random.pick(["==", "!=", "contains"])) \"\(random.pick(["pro", "eu", "c1"]))\""
    case 4: return "\(random.pick(Self.durations)) \(sign) \(random.pick(Self.durations))"
    case 5: return "\(random.pick(Self.dates)) \(sign) \(random.pick(Self.dates + ["date(\"2026-01-20\")"]))"
    case 9: return "not (\(condition(depth: depth - 1)))"
    case 10: return "(\(condition(depth: depth - 1))) and (\(condition(depth: depth - 1)))"
    default: return "(\(condition(depth: depth - 1))) or (\(condition(depth: depth - 1)))"
    }
  }
}
