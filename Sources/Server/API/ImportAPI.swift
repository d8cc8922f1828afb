import Domain
import Engine
import Formats
import HTTPTypes
import Hummingbird
import Synchronization

/// Takes files of records as they stream in: a file is never held as a whole, and a bad line does not disturb its neighbours.
final class ImportAPI: Sendable {
  private let sink: any IntakeSink
  private let time: any TimeSource
  private let limits: ServerLimits
  private let running = Mutex(0)

  /// Imports at the same time; each may hold a batch of large records.
  private static let maximumRunning = 4
  /// A little compressed data can become very much: this many bytes are unpacked before what came out is worked off.
  private static let slice = 4 << 10

  init(_ dependencies: ServerDependencies) {
    sink = dependencies.sink
    time = dependencies.time
    limits = dependencies.limits
  }

  @Sendable func take(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let name = try context.part("kind")
    guard let kind = RecordKind(rawValue: name) else {
      let kinds = RecordKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem.notFound("\(Problem.quoted(name)) is no kind of record; there are \(kinds).")
    }
    let query = Query(request)
    let reader = try Self.reader(kind, query)
    _ = try BodyReader.declaredLength(request, limit: limits.importBody)
    guard running.withLock({ $0 < Self.maximumRunning ? (($0 += 1), true).1 : false }) else { throw Problem.overloaded(retryAfter: 5) }
    defer { running.withLock { $0 -= 1 } }
    var session = ImportSession(reader: reader, isStrict: try query.flag("strict"), sink: sink, time: time, limits: limits)
    do {
      try await read(request, context.body, into: &session)
    } catch {
      guard var problem = Problem(error) else { throw error }
      problem.members += session.counts
      if problem.errors.isEmpty { problem.errors = session.errors }
      throw problem
    }
    return .json(session.result)
  }

  private func read(_ request: Request, _ progress: BodyProgress, into session: inout ImportSession) async throws {
    let rows = RowReader(format: Self.format(request), maximumBytes: limits.importDecompressed)
    var received = 0
    var pace = Pace(began: time.now())
    for try await chunk in BodyChunks(body: request.body, progress: progress) {
      received += chunk.readableBytes
      guard received <= limits.importBody else { throw Problem.tooLarge(limit: limits.importBody) }
      try pace.count(chunk.readableBytes, now: time.now())
      var rest = Array(chunk.readableBytesView)[...]
      while !rest.isEmpty {
        try Self.unpacking(limits) { () throws(GzipError) in try rows.feed(Array(rest.prefix(Self.slice))) { session.take($0) } }
        rest = rest.dropFirst(Self.slice)
        try session.check(header: rows.header)
        try await session.appendFullBatches()
      }
    }
    try Self.unpacking(limits) { () throws(GzipError) in try rows.finish { session.take($0) } }
    try session.check(header: rows.header)
    try await session.finish()
  }

  private static func unpacking(_ limits: ServerLimits, _ body: () throws(GzipError) -> Void) throws {
    do {
      try body()
    } catch .tooLarge {
      throw Problem.tooLarge(limit: limits.importDecompressed)
    } catch {
      throw Problem.invalidBody("\(error)")
    }
  }

  private static func reader(_ kind: RecordKind, _ query: Query) throws -> RecordReader {
    do {
      let map = try ColumnMap(mapFlags: query.all("map"), whereFlags: query.all("where"))
      guard map.lookups.isEmpty else {
        throw Problem.invalidParameter("map", "A second file to look values up in can be named on the command line only.")
      }
      return try RecordReader(kind: kind, map: map)
    } catch let error as ColumnMapError {
      throw Problem.invalidParameter("map", "\(error)")
    }
  }

  /// By the content type; `nil`, to be found out from the content, where that says nothing useful.
  private static func format(_ request: Request) -> RowFormat? {
    let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased() ?? ""
    switch type {
    case "text/csv", "application/csv", "text/tab-separated-values": return .csv
    case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines": return .ndjson
    default: return nil
    }
  }
}
