import DatabaseKit
import Domain
import Storage
import Testing

@Suite("Incidents")
struct IncidentTests {
  @Test("What is found in the course of one run is one incident, of bounded length; the next run's is another")
  func adding() async throws {
    let first = Instant(microseconds: 1_764_000_000_000_000)
    try await withTemporaryDatabase { database in
      let incidents = try await database.write { connection in
        for (at, line) in [(first, "a"), (first, "b"), (first + .days(1), "c"), (first, String(repeating: "x", count: 30_000))] {
          try HousekeepingQueries.addToIncident(kind: "scoring", openedAt: at, heading: "found:", lines: [line], connection)
        }
        return try HousekeepingQueries.incidents(connection)
      }
      #expect(incidents.map(\.at) == [first + .days(1), first])
      #expect(incidents[0].detail == "found:\nc")
      #expect(incidents[1].detail.hasPrefix("found:\na\nb\nxxx") && incidents[1].detail.count == 20_000)
    }
  }
}
