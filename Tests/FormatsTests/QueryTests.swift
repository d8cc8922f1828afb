import Domain
import Formats
import Testing

@Suite("Fields of a query") struct QueryTests {
  @Test("They are decoded: repeats, blanks, percent signs, bytes that are no text")
  func decoded() {
    let query = Query("map=a%3Db&map=c+d&empty&=x&odd=%zz%4&bad=%FF")
    #expect(query.all("map") == ["a=b", "c d"])
    #expect(query["empty"] == "")
    #expect(query["odd"] == "%zz%4")
    #expect(query["bad"] == "")
    #expect(query["nothing"] == nil)
    #expect(Query(String(repeating: "a=1&", count: 10_000)).pairs.count <= 200)
  }

  @Test("Endless combining marks are broken up")
  func marks() {
    let marks = String(repeating: "%CC%81", count: 31)
    #expect(Query("a=e\(marks)")["a"]?.unicodeScalars.contains("\u{34F}") == true)
  }

  @Test("A sign is no hexadecimal digit: what follows a percent sign is two digits or stands for itself")
  func signs() throws {
    #expect(Query("a=%+1&b=%-1")["a"] == "% 1")
    let body = Array("data=%+1".utf8)
    #expect(TrackingBody.decode(body, limits: .init()) == .failure(.notBase64), "not the control character that +1 would be")
    #expect(TrackingBody.sentAt(query: "sent_at=2026-01-01T00:00:0%+1") == nil)
  }
}
