import Domain
import Testing

@Suite struct SplitMix64Tests {
  @Test("it gives the numbers that the published algorithm gives")
  func published() {
    var zero = SplitMix64(seed: 0)
    #expect([zero.next(), zero.next(), zero.next()] == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    var other = SplitMix64(seed: 1_234_567)
    #expect([other.next(), other.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
  }

  @Test("draws stay in their bounds and reach both ends")
  func bounds() {
    var random = SplitMix64(seed: 9)
    var seen: Set<Int> = []
    for _ in 0..<1_000 {
      seen.insert(random.whole(in: -2...2))
      let unit = random.unit()
      #expect(unit >= 0 && unit < 1)
    }
    #expect(seen == [-2, -1, 0, 1, 2])
    #expect(random.below(1) == 0)
    #expect(random.chance(1) && !random.chance(0))
  }

  @Test("streams of one seed differ from each other and are the same every time")
  func streams() {
    var first = SplitMix64(seed: 5, stream: 0)
    var second = SplitMix64(seed: 5, stream: 1)
    var again = SplitMix64(seed: 5, stream: 0)
    let draw = first.next()
    #expect(draw == again.next())
    #expect(draw != second.next())
  }
}
