import Formats
import Testing

@Suite("A line of CSV")
struct CSVTextTests {
  @Test("quotes what must be, doubles quotes, and ends as RFC 4180 has it")
  func quoting() {
    #expect(CSVText.line(["a", "b,c", "say \"no\"", "two\nlines", ""]) == "a,\"b,c\",\"say \"\"no\"\"\",\"two\nlines\",\r\n")
  }

  @Test(
    "doubles a quote that carries a combining mark, which is another character but a quote all the same",
    arguments: ["\u{745}", "\u{301}"])
  func quotesWithMarks(mark: String) {
    let text = "a\"\(mark),b"
    #expect(Array(CSVText.line([text, "c"]).utf8) == Array("\"a\"\"\(mark),b\",c\r\n".utf8))
  }

  @Test(
    "has an apostrophe before what a spreadsheet would take for a formula",
    arguments: [
      ("=1+1", "'=1+1"), ("+SUM(A1)", "'+SUM(A1)"), ("-x", "'-x"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
      ("\r\nx", "\"'\r\nx\""), ("=\u{301}1", "'=\u{301}1"),
    ])
  func formulas(text: String, expected: String) {
    #expect(Array(CSVText.line([text]).utf8) == Array("\(expected)\r\n".utf8))
  }

  @Test("leaves numbers and other text alone", arguments: ["-5", "+1.5", "-1e3", "a=1", "Müller & Söhne", "'quoted'"])
  func plain(text: String) {
    #expect(CSVText.line([text]) == "\(text)\r\n")
  }
}
