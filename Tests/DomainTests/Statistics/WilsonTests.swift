import Domain
import Testing

@Suite("The Wilson interval")
struct WilsonTests {
  /// R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3 (score, without continuity correction).
  @Test(
    "is that of the literature",
    arguments: [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)])
  func literature(_ successes: Int, _ trials: Int, _ lower: Double, _ upper: Double) throws {
    let wilson = try #require(Wilson(successes, of: trials))
    #expect(abs(wilson.lower - lower) < 0.000_05 && abs(wilson.upper - upper) < 0.000_05, "\(wilson)")
  }

  @Test("holds the share, stays within 0 and 1, mirrors itself, and narrows with more trials")
  func shape() throws {
    for trials in 1...60 {
      for successes in 0...trials {
        let wilson = try #require(Wilson(successes, of: trials))
        let mirrored = try #require(Wilson(trials - successes, of: trials))
        let larger = try #require(Wilson(successes * 4, of: trials * 4))
        #expect(wilson.lower >= 0 && wilson.lower <= wilson.share && wilson.share <= wilson.upper && wilson.upper <= 1)
        #expect(abs(wilson.lower - (1 - mirrored.upper)) < 1e-12)
        #expect(larger.upper - larger.lower < wilson.upper - wilson.lower)
      }
    }
  }

  @Test("is not there without trials, or with more successes than trials")
  func nothing() {
    #expect(Wilson(0, of: 0) == nil && Wilson(3, of: 2) == nil && Wilson(-1, of: 2) == nil)
  }
}
