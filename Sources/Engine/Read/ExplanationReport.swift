import Domain

/// An explanation with what surrounds it.
public struct ExplanationReport: Hashable, Sendable {
  public var summary: CustomerSummary
  public var explanation: Explanation
  /// What time alone will change next: the instant, the score then, the measures that move. `nil`: nothing within a year.
  public var nextChange: NextChange?
  /// The smallest change that would reach the next band, in words with its points; `nil` in the highest band.
  public var advice: Advice?
  /// Measures whose points differ from those of a day and of a week before.
  public var sinceYesterday: [PointsDifference]
  public var sinceLastWeek: [PointsDifference]
  public var trend: Trend?

  public struct NextChange: Hashable, Sendable {
    public var at: Instant
    public var score: Int
    public var band: Band
    public var differences: [PointsDifference]
    public init(at: Instant, score: Int, band: Band, differences: [PointsDifference]) {
      self.at = at
      self.score = score
      self.band = band
      self.differences = differences
    }
  }
  public struct PointsDifference: Hashable, Sendable {
    public var measure: String
    public var from: Int
    public var to: Int
    public init(measure: String, from: Int, to: Int) {
      self.measure = measure
      self.from = from
      self.to = to
    }
  }

  public init(
    summary: CustomerSummary, explanation: Explanation, nextChange: NextChange?, advice: Advice?, sinceYesterday: [PointsDifference],
    sinceLastWeek: [PointsDifference], trend: Trend?
  ) {
    self.summary = summary
    self.explanation = explanation
    self.nextChange = nextChange
    self.advice = advice
    self.sinceYesterday = sinceYesterday
    self.sinceLastWeek = sinceLastWeek
    self.trend = trend
  }
}
