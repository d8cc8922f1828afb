import Domain
import Formats

private let noon = Instant(microseconds: 1_767_268_800_000_000)
private let readers = RecordKind.allCases.map { kind -> RecordReader in
  do { return try RecordReader(kind: kind) } catch { broken("the usual columns of \(kind) are right: \(error)") }
}

func checkRows(_ input: FuzzInput) {
  var input = input
  let format = [nil, RowFormat.csv, .ndjson][Int(input.choice()) % 3]
  let whole = read([input.bytes], format)
  hold(read(input.pieces(), format) == whole, "where a file is cut makes no difference")
  for item in whole.items.prefix(20) {
    switch item {
    case .problem(let line, let reason): hold(line >= 1 && !reason.isEmpty, "a bad line has its number and a reason")
    case .row(let row):
      if !row.isText { checkPrinted(.object(row.members)) }
      for reader in readers { check(row, reader) }
    }
  }
}

/// One outcome per kind; where it is an entry, the same row gives the same one tomorrow.
private func check(_ row: Row, _ reader: RecordReader) {
  switch reader.read(row, receivedAt: noon) {
  case .passedOver: broken("no condition was set")
  case .rejected(let error):
    hold(!error.description.isEmpty && error.description.utf8.count < 2_000, "the reason is a sentence: \(error)")
  case .entry(let entry):
    checkEntry(entry, receivedAt: noon)
    guard case .entry(let again) = reader.read(row, receivedAt: noon + .days(1)) else { return }
    // A time up to a day ahead counts as the arrival, and with it the row says something else tomorrow.
    guard again.at == entry.at, again.fact == entry.fact else { return }
    hold(again.messageID == entry.messageID, "the same row imported again has the same id")
  }
}

private struct Outcome: Equatable {
  var items: [RowItem] = []
  var error: GzipError?
}

private func read(_ pieces: [[UInt8]], _ format: RowFormat?) -> Outcome {
  var outcome = Outcome()
  let reader = RowReader(format: format, maximumBytes: 1 << 20)
  do {
    for piece in pieces { try reader.feed(piece) { outcome.items.append($0) } }
    try reader.finish { outcome.items.append($0) }
  } catch {
    // How far it came before the damage was seen depends on the cuts.
    outcome = Outcome(error: error)
  }
  return outcome
}
