import Domain
import Engine
import Formats

/// One import under way: what was counted, and what waits to be appended.
struct ImportSession {
  private let reader: RecordReader
  private let isStrict: Bool
  private let sink: any IntakeSink
  private let time: any TimeSource
  private let limits: ServerLimits
  private var receivedAt: Instant
  private var entries: [LogEntry] = []
  private var refused: [SetAside] = []
  private var headerChecked = false
  /// The first bad line of a strict import; nothing after it counts.
  private var stop: (line: Int, reason: String)?

  private(set) var errors: [JSON] = []
  private var accepted = 0
  private var duplicate = 0
  private var rejected = 0
  private var passedOver = 0

  /// While the queue is full an import waits so long before it gives up.
  private static let patience = 30

  init(reader: RecordReader, isStrict: Bool, sink: any IntakeSink, time: any TimeSource, limits: ServerLimits) {
    self.reader = reader
    self.isStrict = isStrict
    self.sink = sink
    self.time = time
    self.limits = limits
    receivedAt = time.now()
  }

  var counts: [JSON.Member] {
    [
      .init("accepted", JSON(accepted)), .init("duplicate", JSON(duplicate)), .init("rejected", JSON(rejected)),
      .init("passed_over", JSON(passedOver)),
    ]
  }

  var result: JSON { .object(counts + [.init("errors", .array(errors))]) }

  mutating func take(_ item: RowItem) {
    guard stop == nil else { return }
    switch item {
    case .problem(let line, let reason): refuse(line: line, code: "unreadable_line", reason: reason, excerpt: "")
    case .row(let row):
      switch reader.read(row, receivedAt: receivedAt) {
      case .entry(let entry): entries.append(entry)
      case .passedOver: passedOver += 1
      case .rejected(let error):
        refuse(
          line: row.line, code: error.reason.rawValue, reason: error.description, excerpt: JSON.object(row.members).excerpt(limit: 400))
      }
    }
  }

  private mutating func refuse(line: Int, code: String, reason: String, excerpt: String) {
    rejected += 1
    if isStrict { stop = (line, reason) }
    if errors.count < limits.importErrors {
      errors.append(["line": JSON(line), "reason": .string(reason), "code": .string(code)])
    }
    refused.append(
      SetAside(
        source: "import \(reader.kind.rawValue)", reason: KeyScan.redacted("\(code): line \(line): \(reason)"),
        excerpt: KeyScan.redacted(excerpt)))
  }

  /// - Throws: `Problem` 400 where the map names columns that the file does not have.
  mutating func check(header: [String]?) throws {
    guard !headerChecked, let header else { return }
    headerChecked = true
    let missing = reader.map.missingColumns(in: header)
    guard !missing.isEmpty else { return }
    throw Problem.invalidParameter(
      "map", "The file has no column \(missing.map(Problem.quoted).joined(separator: ", ")).",
      errors: missing.map { ["column": .string($0), "message": "no such column"] })
  }

  mutating func appendFullBatches() async throws {
    if stop != nil { return try await finish() }
    while entries.count >= limits.importBatch { try await append(limits.importBatch) }
    if refused.count >= limits.importBatch { try await setAside() }
  }

  mutating func finish() async throws {
    while !entries.isEmpty { try await append(min(entries.count, limits.importBatch)) }
    try await setAside()
    try throwIfStopped()
  }

  /// What came before the bad line of a strict import stays: repeating the import later does not double it.
  private func throwIfStopped() throws {
    guard let stop else { return }
    throw Problem(
      code: "bad-line", status: .unprocessableContent, title: "Bad line",
      detail: "Line \(stop.line): \(stop.reason). The lines before it were taken; mend it and import the file again.")
  }

  private mutating func append(_ count: Int) async throws {
    let batch = Array(entries.prefix(count))
    let sink = sink
    let outcomes = try await patiently { try await sink.append(batch) }
    entries.removeFirst(count)
    let new = outcomes.count { $0 == .accepted }
    accepted += new
    duplicate += outcomes.count - new
    receivedAt = time.now()
  }

  private mutating func setAside() async throws {
    guard !refused.isEmpty else { return }
    let batch = refused
    let sink = sink
    try await patiently { try await sink.setAside(batch) }
    refused = []
  }

  /// The sender cannot send half a file again: while the queue is full we wait on its behalf.
  private func patiently<T>(_ body: () async throws -> T) async throws -> T {
    var waited = 0
    while true {
      do {
        return try await body()
      } catch IntakeRefusal.overloaded(let seconds) where waited < Self.patience {
        let wait = min(max(1, seconds), 5)
        waited += wait
        try await time.sleep(for: .seconds(Int64(wait)))
      }
    }
  }
}
