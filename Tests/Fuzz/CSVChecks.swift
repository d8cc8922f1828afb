import Domain
import Formats

func checkCSV(_ input: FuzzInput) {
  var input = input
  let choice = Int(input.choice())
  let delimiter = [nil, UInt8(ascii: ","), UInt8(ascii: ";"), 0x09][choice % 4]
  let limits = choice & 4 == 0 ? CSVLimits() : CSVLimits(fieldBytes: 8, recordBytes: 24)
  let whole = items([input.bytes], delimiter, limits)
  hold(items(input.pieces(), delimiter, limits) == whole, "where a file is cut makes no difference")
  var last = 0
  for item in whole {
    let line: Int
    switch item {
    case .record(let number, let fields):
      line = number
      hold(!fields.isEmpty, "a record has fields")
      hold(fields.allSatisfy { $0.utf8.count <= limits.fieldBytes }, "no field is longer than the limit")
    case .problem(let number, _): line = number
    }
    hold(line > last && line <= input.newlines + 1, "line \(line) comes after line \(last), of \(input.newlines + 1)")
    last = line
  }
  checkWritten(whole)
}

/// What was read, written by the book and read again, is the same.
private func checkWritten(_ items: [CSVItem]) {
  let records = items.compactMap { item in if case .record(_, let fields) = item { fields } else { nil } }
  let text = records.map { $0.map { "\"\($0.replacing(scalar: "\"", with: "\"\""))\"" }.joined(separator: ",") + "\r\n" }.joined()
  let again = Fuzz.items([Array(text.utf8)], UInt8(ascii: ","), CSVLimits(fieldBytes: 1 << 20, recordBytes: 4 << 20))
  let fields = again.compactMap { item in if case .record(_, let fields) = item { fields } else { nil } }
  hold(
    again.count == records.count && fields.elementsEqual(records) { zip($0, $1).allSatisfy { $0.utf8.elementsEqual($1.utf8) } },
    "records that are written read back as they were")
}

private func items(_ pieces: [[UInt8]], _ delimiter: UInt8?, _ limits: CSVLimits) -> [CSVItem] {
  var reader = CSVReader(delimiter: delimiter, limits: limits)
  var items: [CSVItem] = []
  for piece in pieces { reader.feed(piece) { items.append($0) } }
  reader.finish { items.append($0) }
  return items
}
