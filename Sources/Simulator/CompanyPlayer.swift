import Domain
import Engine

/// Plays a generated company through the real engine in virtual time, so that scores, their history and
/// alerts come about as they would have.
public struct CompanyPlayer: Sendable {
  private let fold: Fold
  private let intake: any IntakeSink
  private let clock: VirtualClock

  /// How much virtual time passes between two looks at the clock.
  static let step = TimeSpan.hours(3)

  /// - Parameter fold: must tell the time by `clock`.
  public init(fold: Fold, intake: any IntakeSink, clock: VirtualClock) {
    self.fold = fold
    self.intake = intake
    self.clock = clock
  }

  /// Plays all days. - Parameter progress: called after each day with the number of days played and entries taken in.
  public func play(_ company: CompanyGenerator, progress: (Int, Int) -> Void = { _, _ in }) async throws {
    var company = company
    var entries = 0
    clock.set(company.startsAt)
    while let day = company.nextDay() {
      var rest = day[...]
      while !rest.isEmpty {
        let until = max(clock.now(), rest.first?.receivedAt ?? clock.now()) + Self.step
        let part = rest.prefix { $0.receivedAt <= until }
        rest = rest[part.endIndex...]
        clock.set(part.last?.receivedAt ?? until)
        _ = try await intake.append(Array(part))
        try await settle()
      }
      entries += day.count
      progress(company.day, entries)
    }
    clock.set(max(clock.now(), company.endsAt))
    try await settle()
  }

  /// Folds what is there and lets time pass up to the clock.
  private func settle() async throws {
    while try await fold.foldNext() > 0 {}
    while try await fold.passTime() > 0 {}
  }
}
