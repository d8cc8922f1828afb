import Domain
import Formats
import SQL
import Storage

/// One claimed run: reads pages, makes entries of rows, keeps account of ids.
struct SourcePull: Sendable {
  let sync: SourceSync
  let claim: SourceClaim
  let tally: Tally
  let reader: RecordReader
  let onPage: @Sendable (SourceRun) -> Void

  private static let shownReasons = 5
  /// Rows without an id that are looked at in one run.
  private static let namelessRows = 100

  init(sync: SourceSync, claim: SourceClaim, tally: Tally, onPage: @escaping @Sendable (SourceRun) -> Void) throws {
    self.sync = sync
    self.claim = claim
    self.tally = tally
    self.onPage = onPage
    reader = try sync.source.reader
  }

  /// - Parameter watermark: where the last run ended; `nil`: at the beginning.
  func run(_ kind: SourceRunKind, from watermark: String?, allowsDeletions: Bool) async throws {
    let table = try await SourceTable.open(sync.source, sync.open)
    if let table {
      do {
        try await read(table, kind, from: watermark)
      } catch {
        // The first error is the one to tell.
        try? await table.foreign.close()
        throw error
      }
      try await table.foreign.close()
    }
    if kind == .full, sync.source.tellsDeletions { try await tellDeletions(allowsDeletions: allowsDeletions) }
  }

  private func read(_ table: SourceTable, _ kind: SourceRunKind, from watermark: String?) async throws {
    // Before any row: what is written meanwhile lies above and comes with the next run.
    let newest = try await table.newest()
    guard kind == .full || table.watermark == nil else { return try await readNew(table, from: watermark, newest: newest) }
    let nameless = try await table.read(table.statements.nameless(id: table.id, limit: Self.namelessRows))
    try await take(nameless.rows, watermark: nil)
    var last: SQLValue?
    var isDone = false
    while !isDone {
      let page = try await table.read(table.statements.page(id: table.id, after: last, limit: sync.source.pageSize))
      try await take(page.rows, watermark: nil)
      last = page.rows.last?.id
      isDone = page.rows.count < sync.source.pageSize && !page.isCut
    }
    if let newest = newest.stored { try await take([], watermark: newest) }
  }

  private func readNew(_ table: SourceTable, from watermark: String?, newest: SQLValue) async throws {
    guard let key = table.watermark, newest != .null else { return }
    var start = SourceStatements.Start.beginning
    if let watermark {
      let text = SourceWatermark.start(watermark, overlap: sync.source.overlap, now: sync.time.now(), isText: table.isTextWatermark)
      start = .from(newest.like(text))
    }
    while true {
      let statement = table.statements.page(watermark: key, id: table.id, start, limit: sync.source.pageSize)
      let page = try await table.read(statement)
      guard let last = page.rows.last else { return }
      try await take(page.rows, watermark: last.watermark.stored)
      if page.rows.count < sync.source.pageSize, !page.isCut { return }
      start = .after(watermark: last.watermark, id: last.id)
    }
  }

  // MARK: Rows

  /// What a page comes to, before anything of it is written.
  private struct Page {
    var entries: [LogEntry] = []
    /// One for each id.
    var notes: [String: SourceRow] = [:]
    var aside: [SetAside] = []
    var reasons: [String] = []
    var rejected = 0
  }

  /// Takes a page in; its watermark is noted once all of it is durable.
  private func take(_ rows: [SourceRowRead], watermark: String?) async throws {
    let ids = rows.map(Self.id)
    let (source, claim) = (sync.source.name, claim)
    let known = ids.isEmpty ? [:] : try await sync.database.read { try SourceQueries.rows(of: source, ids: ids, $0) }
    let page = read(rows, ids, known)
    let outcomes = try await append(page.entries)
    if !page.aside.isEmpty { try await sync.sink.setAside(page.aside) }
    let notes = Array(page.notes.values)
    try await write { connection in
      try SourceQueries.note(notes, claim, connection)
      if let watermark { try SourceQueries.setWatermark(watermark, claim, connection) }
    }
    let accepted = outcomes.count { $0 == .accepted }
    tally.count { run in
      run.read += rows.count
      run.accepted += accepted
      run.duplicate += outcomes.count - accepted
      run.rejected += page.rejected
      run.reasons += page.reasons.prefix(max(0, Self.shownReasons - run.reasons.count))
      if let watermark { run.watermark = watermark }
    }
    onPage(tally.run)
  }

  private func read(_ rows: [SourceRowRead], _ ids: [String], _ known: [String: SourceRow]) -> Page {
    var page = Page()
    var seen: Set<String> = []
    let now = sync.time.now()
    for (row, id) in zip(rows, ids) {
      guard let columns = row.row else {
        reject(row, id, "unreadable_row", "the row holds JSON that is deeper or larger than is read", known[id], &page)
        continue
      }
      guard seen.insert(id).inserted else {
        reject(row, id, "not_unique", "the query gives more than one row with this id; the first counts", known[id], &page)
        continue
      }
      switch reader.read(columns, receivedAt: now) {
      case .entry(let read):
        var entry = read
        if let deletedAt = known[id]?.deletedAt {
          entry = RecordStatement.returned(read, at: now, origin: String(deletedAt.microseconds))
        }
        page.entries.append(entry)
        page.notes[id] = SourceRow(id: id, statement: RecordStatement(entry)?.text)
      case .rejected(let error): reject(row, id, error.reason.rawValue, error.description, known[id], &page)
      case .passedOver: continue
      }
    }
    return page
  }

  /// A bad row is set aside when it becomes bad, or bad in another way: not each time it is read.
  private func reject(_ row: SourceRowRead, _ id: String, _ label: String, _ reason: String, _ known: SourceRow?, _ page: inout Page) {
    let place = row.id.stored.map { "id \($0.prefix(60))" } ?? "a row without an id"
    let problem = KeyScan.redacted("\(label): \(place): \(reason)")
    page.rejected += 1
    page.reasons.append("\(place): \(reason)")
    page.notes[id, default: SourceRow(id: id)].problem = problem
    guard known?.problem != problem else { return }
    page.aside.append(
      SetAside(source: "source \(sync.source.name)", reason: problem, excerpt: KeyScan.redacted(String((row.row?.text ?? "").prefix(500)))))
  }

  /// How a row is kept account of: its id; where that is none, or no text for a key, a hash.
  private static func id(_ row: SourceRowRead) -> String {
    guard let id = row.id.stored else { return "row:" + StableHash.contentID(.object(row.row?.members ?? [])) }
    let isPlain = id.utf8.count <= 200 && id.unicodeScalars.allSatisfy { $0.value >= 0x20 }
    return isPlain ? "id:" + id : "long:" + StableHash.contentID(.string(id))
  }

  /// Waits where intake is full: a source has time.
  private func append(_ entries: [LogEntry]) async throws -> [AppendOutcome] {
    var attempts = 0
    while true {
      do throws(IntakeRefusal) {
        return try await sync.sink.append(entries)
      } catch {
        guard case .overloaded(let seconds) = error, attempts < 100 else { throw error }
        attempts += 1
        try await sync.time.sleep(for: .seconds(Int64(seconds)))
      }
    }
  }

  // MARK: Deletions

  private static let deletionsAtOnce = 500

  /// Tells of rows that were there and that this run, which read all, has not seen.
  private func tellDeletions(allowsDeletions: Bool) async throws {
    let claim = claim
    let counts = try await sync.database.read { try SourceQueries.unseen(claim, $0) }
    guard allowsDeletions || !SourceDeletionGuard.holds(counts.unseen, of: counts.known) else {
      throw SourceFailure.tooManyDeletions(counts.unseen, known: counts.known)
    }
    var last = ""
    while true {
      let place = last
      let gone = try await sync.database.read { try SourceQueries.unseen(claim, after: place, limit: Self.deletionsAtOnce, $0) }
      guard let end = gone.last?.row.id else { break }
      let now = sync.time.now()
      let entries = gone.compactMap { row, seenRun in
        row.statement.flatMap(RecordStatement.init(text:))?.deletion(at: now, origin: "\(claim.source):\(seenRun)")
      }
      _ = try await append(entries)
      let ids = gone.map(\.row.id)
      try await write { try SourceQueries.setDeleted(ids, at: now, claim, $0) }
      tally.count { $0.deleted += ids.count }
      onPage(tally.run)
      last = end
    }
    try await write { try SourceQueries.forgetUntaken(claim, $0) }
  }

  /// Writes while the run is ours. - Throws: `SourceFailure.lost` where it is not.
  private func write(_ body: @escaping @Sendable (any Connection) throws -> Void) async throws {
    let claim = claim
    let until = sync.time.now() + SourceSync.claimLength
    try await sync.database.write { connection in
      guard try SourceQueries.extend(claim, until: until, connection) else { throw SourceFailure.lost }
      try body(connection)
    }
  }
}
