import Domain

func checkJSON(_ input: FuzzInput) {
  do {
    let json = try JSON.parse(input.bytes)
    checkPrinted(json)
  } catch {
    hold((0...input.bytes.count).contains(error.offset), "an error has its place inside the text: \(error)")
    let line = 1 + input.bytes[..<error.offset].count { $0 == 0x0A }
    hold(error.line == line, "the error at byte \(error.offset) is on line \(line), not \(error.line)")
  }
}

/// A value prints, reads back as what it was, and is measured about right.
func checkPrinted(_ json: JSON) {
  let printed = json.printedBytes()
  hold(reread(printed)?.printedBytes() == printed, "a printed value reads back and prints the same")
  let sorted = json.printedBytes(sortedKeys: true)
  hold(reread(sorted)?.printedBytes(sortedKeys: true) == sorted, "sorting the names of a sorted value changes nothing")
  let excerpt = Array(json.excerpt(limit: 40).utf8)
  let whole = excerpt == printed
  hold(
    whole || (excerpt.count <= 43 && printed.starts(with: excerpt.dropLast(3))),
    "an excerpt is the beginning of the printed value")
  let estimate = json.approximateByteCount
  hold(estimate <= 2 * printed.count && printed.count <= 6 * estimate, "\(estimate) is a fair estimate of \(printed.count) bytes")
}

private func reread(_ bytes: [UInt8]) -> JSON? { try? JSON.parse(bytes) }
