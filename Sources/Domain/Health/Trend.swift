extension Trend {
  /// A slope of more than this many points a week is a movement.
  static let threshold = 1.5
  /// How many weekly scores are looked at.
  static let weeks = 5

  /// The trend of a score history up to `at`: the least-squares slope over the scores at `at` and at the four weekly marks before it.
  /// Source: ordinary least squares, slope = Σ(x−x̄)(y−ȳ) ÷ Σ(x−x̄)². `nil` where fewer than three marks have a score.
  ///
  /// - Parameter changes: score changes, newest first.
  public init?(changes: [HealthChange], at: Instant) {
    let ascending = changes.reversed().filter { $0.at <= at }
    var points: [(week: Double, score: Double)] = []
    for week in 0..<Self.weeks {
      let mark = at - .days(Int64(7 * week))
      if let score = ascending.last(where: { $0.at <= mark })?.to { points.append((Double(-week), Double(score))) }
    }
    guard points.count >= 3 else { return nil }
    let meanWeek = points.map(\.week).reduce(0, +) / Double(points.count)
    let meanScore = points.map(\.score).reduce(0, +) / Double(points.count)
    let covariance = points.map { ($0.week - meanWeek) * ($0.score - meanScore) }.reduce(0, +)
    let variance = points.map { ($0.week - meanWeek) * ($0.week - meanWeek) }.reduce(0, +)
    slope = covariance / variance
    let start = at - .days(Int64(7 * (Self.weeks - 1)))
    bandChanges = ascending.filter { $0.at > start && $0.bandFrom != nil && $0.bandFrom != $0.bandTo }.count
    direction = slope > Self.threshold ? .improving : slope < -Self.threshold ? .declining : .stable
  }
}
