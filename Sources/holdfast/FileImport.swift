import Domain
import Engine
import Formats
import Foundation

/// Reads one file of records into the log: streaming, with bad lines set aside, and a progress bar.
struct FileImport {
  let step: ImportPlan.Step
  let path: String
  let tables: [Lookup: LookupTable]
  let isStrict: Bool
  /// Bad lines go to this file with number and reason; it is made with the first of them.
  let rejectsPath: String
  let sink: any IntakeSink
  let time: SystemClock

  struct Result {
    var accepted = 0
    var duplicate = 0
    var rejected = 0
    var passedOver = 0
    var firstReasons: [String] = []
    /// The names in a CSV file's first line.
    var columns: [String] = []
    /// There were lines, and none was of use.
    var isUseless: Bool { rejected > 0 && accepted + duplicate + passedOver == 0 }
  }

  private static let chunk = 256 << 10
  private static let batch = 20_000
  private static let shownReasons = 5

  /// - Throws: `Refusal` where the file cannot be read, lacks a mapped column, or (`isStrict`) has a bad line; what came before stays.
  func run() async throws -> Result {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw Refusal("\(path) cannot be opened") }
    defer { try? handle.close() }
    let size = max(1, (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 1)
    let reader: RecordReader
    do {
      reader = try RecordReader(kind: step.kind, map: step.map, tables: tables)
    } catch {
      throw Refusal("\(step.title): \(error)")
    }
    let rows = RowReader()
    var session = Session(reader: reader, isStrict: isStrict, rejects: RejectsFile(path: rejectsPath), receivedAt: time.now())
    var bar = ProgressBar(step.title, unit: "lines")
    var consumed = 0
    var headerChecked = false
    do {
      try await withThrowingTaskGroup(of: [AppendOutcome].self) { group in
        while let data = try handle.read(upToCount: Self.chunk), !data.isEmpty {
          try rows.feed(Array(data)) { session.take($0) }
          if !headerChecked, let header = rows.header {
            headerChecked = true
            try check(header)
          }
          consumed += data.count
          if session.isFull { try await send(&session, &group) }
          bar.show(fraction: Double(consumed) / Double(size), count: session.lines)
        }
        try rows.finish { session.take($0) }
        try await send(&session, &group)
        try await settle(&session, &group)
      }
    } catch let error as GzipError {
      throw Refusal("\(path): \(error)")
    }
    bar.show(fraction: 1, count: session.lines, isLast: true)
    try session.rejects.close()
    session.result.columns = rows.header ?? []
    return session.result
  }

  private func check(_ header: [String]) throws {
    let missing = step.map.missingColumns(in: header)
    guard missing.isEmpty else {
      throw Refusal("\(path) has no column \(missing.joined(separator: ", ")); it has \(header.joined(separator: ", "))")
    }
  }

  private typealias Sending = ThrowingTaskGroup<[AppendOutcome], any Error>

  /// Appends what has been read, after what was read before it, while reading goes on.
  private func send(_ session: inout Session, _ group: inout Sending) async throws {
    // A little of a compressed file may be very many lines: a commit is never larger for it.
    repeat {
      try await settle(&session, &group)
      let (part, sink) = (Array(session.entries.prefix(Self.batch)), sink)
      session.entries.removeFirst(part.count)
      if !part.isEmpty { group.addTask { try await sink.append(part) } }
    } while !session.entries.isEmpty
    session.receivedAt = time.now()
    if session.stop != nil { try await settle(&session, &group) }
  }

  /// Waits until what is being appended is durable.
  private func settle(_ session: inout Session, _ group: inout Sending) async throws {
    while let outcomes = try await group.next() {
      let accepted = outcomes.count { $0 == .accepted }
      session.result.accepted += accepted
      session.result.duplicate += outcomes.count - accepted
    }
    if !session.aside.isEmpty {
      try await sink.setAside(session.aside)
      session.aside = []
    }
    if let stop = session.stop, session.entries.isEmpty {
      try session.rejects.close()
      throw Refusal("\(path): \(stop); --strict stops here. What came before it is taken, and importing it again will not double it")
    }
  }

  private struct Session {
    let reader: RecordReader
    let isStrict: Bool
    var rejects: RejectsFile
    var receivedAt: Instant
    var entries: [LogEntry] = []
    var aside: [SetAside] = []
    var result = Result()
    var lines = 0
    var stop: String?

    /// There is enough to be worth a commit, or nothing more to come.
    var isFull: Bool { entries.count >= batch || aside.count >= batch || stop != nil }

    mutating func take(_ item: RowItem) {
      guard stop == nil else { return }
      lines += 1
      switch item {
      case .problem(let line, let reason): reject(line: line, label: "unreadable_line", reason: reason, text: "")
      case .row(let row):
        switch reader.read(row, receivedAt: receivedAt) {
        case .entry(let entry): entries.append(entry)
        case .passedOver: result.passedOver += 1
        case .rejected(let error): reject(line: row.line, label: error.reason.rawValue, reason: error.description, text: row.text)
        }
      }
    }

    private mutating func reject(line: Int, label: String, reason: String, text: String) {
      result.rejected += 1
      if result.firstReasons.count < FileImport.shownReasons { result.firstReasons.append("line \(line): \(reason)") }
      if isStrict { stop = "line \(line): \(reason)" }
      aside.append(
        SetAside(
          source: "import \(reader.kind.rawValue)", reason: KeyScan.redacted("\(label): line \(line): \(reason)"),
          excerpt: KeyScan.redacted(String(text.prefix(500)))))
      rejects.add(line: line, reason: reason, text: text)
    }
  }
}

/// Bad lines, as NDJSON: number, reason, what the line said.
struct RejectsFile {
  let path: String
  private var handle: FileHandle?
  private var failure: (any Error)?

  init(path: String) { self.path = path }

  mutating func add(line: Int, reason: String, text: String) {
    if handle == nil, failure == nil {
      let isThere = FileManager.default.createFile(atPath: path, contents: nil)
      handle = isThere ? FileHandle(forWritingAtPath: path) : nil
      if handle == nil { failure = Refusal("\(path) cannot be written: bad lines have nowhere to go") }
    }
    let record: JSON = ["line": .integer(Int64(line)), "reason": .string(reason), "record": .string(text)]
    do {
      try handle?.write(contentsOf: Data((record.printed() + "\n").utf8))
    } catch {
      failure = error
    }
  }

  mutating func close() throws {
    try handle?.close()
    handle = nil
    if let failure { throw failure }
  }
}
