import Domain
import Testing

@Suite("Text in an address")
struct PercentEncodingTests {
  @Test(
    "is encoded byte by byte, and never read as a step through the path",
    arguments: [("a-Z_0~9", "a-Z_0~9"), ("a b/ü?", "a%20b%2F%C3%BC%3F"), ("v1.2", "v1.2"), (".", "%2E"), ("..", "%2E%2E"), ("", "")])
  func encoded(text: String, expected: String) {
    #expect(percentEncoded(text) == expected)
  }
}
