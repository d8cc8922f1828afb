import Domain

/// What the log takes must be right in itself and come back from it as it was.
func checkEntry(_ entry: LogEntry, receivedAt: Instant) {
  checkStored(entry.fact)
  hold(entry.receivedAt == receivedAt, "an entry keeps its arrival")
  hold(!entry.messageID.isEmpty && entry.messageID.utf8.count <= 100, "a message id has 1 to 100 bytes: \(entry.messageID)")
  for id in [entry.actor.contact, entry.actor.anonymous, entry.actor.customer, entry.fact.name] {
    guard let id else { continue }
    hold(!id.isEmpty && !id.utf8.contains(0), "no id and no name is empty or holds U+0000")
    // A page's name is set between two words.
    hold(id.unicodeScalars.count <= 200 + "Viewed  Screen".count, "no id and no name is long: \(id.unicodeScalars.count)")
  }
}

private func checkStored(_ fact: Fact) {
  let printed = fact.payload.printedBytes()
  do {
    let read = try Fact(kind: fact.kind, name: fact.name, payload: JSON.parse(printed))
    hold(read.payload.printedBytes() == printed, "a stored fact reads back as it was")
  } catch {
    broken("a stored fact reads back: \(error)")
  }
}
