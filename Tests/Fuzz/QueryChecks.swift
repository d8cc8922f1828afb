import Domain
import Formats

func checkQuery(_ input: FuzzInput) {
  let text = input.text
  let query = Query(text)
  hold(query.pairs.count <= 200, "no more fields than 200 are looked at")
  for (name, value) in query.pairs {
    hold(name.utf8.count + value.utf8.count <= text.utf8.count, "decoding never makes more of less")
    hold(query[name] != nil, "a field is found by its name")
  }
  let again = Query(query.pairs.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&"))
  hold(
    again.pairs.elementsEqual(query.pairs) { $0.name.utf8.elementsEqual($1.name.utf8) && $0.value.utf8.elementsEqual($1.value.utf8) },
    "fields that are encoded read back as they were")
  _ = TrackingBody.sentAt(query: text)
  _ = try? ColumnMap(mapFlags: query.pairs.map(\.value))
  checkTimes(text)
  for (_, value) in query.pairs { checkTimes(value) }
}

/// Everything encoded that may be.
private func encoded(_ text: String) -> String {
  let digits = Array("0123456789abCDEF".utf8)
  return String(decoding: text.utf8.flatMap { [UInt8(ascii: "%"), digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

private func checkTimes(_ text: String) {
  if let instant = Instant(iso8601: text) { hold(Instant(iso8601: instant.iso8601) == instant, "a time prints and reads back: \(text)") }
  if let span = TimeSpan(text: text) {
    hold(span >= .zero, "a duration is not negative: \(text)")
    hold(TimeSpan(text: span.text) == span, "a duration prints and reads back: \(text), \(span.text)")
  }
  _ = LooseInstant.read(.string(text))
}
