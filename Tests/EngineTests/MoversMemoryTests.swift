import Domain
import TestKit
import Testing

@testable import Engine

@Suite("Who moved most")
struct MoversMemoryTests {
  private static let start = RandomLog.start

  private static func found(_ number: Int, took milliseconds: Int64, at: Instant = start) -> MoversMemory.Found {
    .init(movers: [.init(id: "\(number)", name: nil, from: 0, to: 1)], at: at, took: .milliseconds(milliseconds))
  }

  @Test("is found anew for everyone who asks while that is quick, and remembered from when it is not, also in a company that has grown")
  func grown() async throws {
    let memory = MoversMemory()
    for number in 0..<3 {
      #expect(try await memory.recent { Self.found(number, took: 1) }?.movers.first?.id == "\(number)")
    }
    #expect(try await memory.recent { Self.found(3, took: 2_000) }?.movers.first?.id == "3")
    #expect(try await memory.recent { Self.found(4, took: 2_000) }?.movers.first?.id == "3")
  }

  @Test("is looked for again by the service when it is getting old, not before, and at once after the clock was set back")
  func refreshed() async throws {
    let memory = MoversMemory()
    for (number, minutes, expected) in [(0, 0, 0), (1, 1, 0), (2, 2, 2), (3, 3, 2), (4, 17, 4), (5, -60, 5)] as [(Int, Int64, Int)] {
      let now = Self.start + .minutes(minutes)
      try await memory.refresh(at: now) { Self.found(number, took: number == 2 ? 3_600_000 : 2_000, at: now) }
      #expect(try await memory.recent { Self.found(99, took: 1) }?.movers.first?.id == "\(expected)", "\(minutes) min")
    }
  }
}
