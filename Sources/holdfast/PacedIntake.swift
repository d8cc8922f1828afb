import Domain
import Engine

/// Takes in no faster than running nodes fold: a file that is appended ahead of them would keep what senders send meanwhile from its
/// scores, and have it refused.
struct PacedIntake: IntakeSink {
  private static let behind = TimeSpan.seconds(2)
  private static let look = TimeSpan.milliseconds(100)
  /// Where nobody folds, none of this helps.
  private static let patience = 600

  let intake: DirectIntake
  let house: House

  func append(_ entries: [LogEntry]) async throws(IntakeRefusal) -> [AppendOutcome] {
    await wait()
    return try await intake.append(entries)
  }

  func setAside(_ inputs: [SetAside]) async throws(IntakeRefusal) { try await intake.setAside(inputs) }

  private func wait() async {
    guard case .nodes(let membership) = house.ownership, (try? await membership.isAlone()) == false else { return }
    for _ in 0..<Self.patience {
      guard let lag = try? await house.inquiries.lag(), lag > Self.behind else { return }
      do { try await house.time.sleep(for: Self.look) } catch { return }
    }
  }
}
