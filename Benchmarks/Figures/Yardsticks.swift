import Domain
import Foundation

/// What this machine can do at best, measured in the same run: a figure of Holdfast means something only beside it.
struct Yardsticks {
  /// Appends of 4 KiB to a file, each made durable on its own: the time of each.
  var appends: Samples
  /// Rows a second of the bare database, by its name.
  var rows: [DatabaseKind: Double] = [:]

  /// - Parameter directory: on the disk that is meant.
  static func measure(in directory: String, server: BareServer?, _ options: Options) throws -> Yardsticks {
    let workload = Workload(customers: options.customers, seed: options.seed, stream: 0)
    var yardsticks = Yardsticks(appends: try durableAppends(in: directory, seconds: options.yardstickSeconds))
    yardsticks.rows[.sqlite] = try bareInserts(in: directory, seconds: options.yardstickSeconds, workload)
    if let server { yardsticks.rows[.postgres] = try copies(to: server, seconds: options.yardstickSeconds, workload) }
    return yardsticks
  }

  func report(to report: inout Report) {
    report.section("Yardsticks: this machine")
    let title = "4 KiB append + fdatasync"
    report.rate("yardstick_appends_per_second", title, Double(appends.count) / appends.values.reduce(0, +), "writes")
    report.durations("yardstick_append", title, appends)
    if let rows = rows[.sqlite] {
      report.rate("yardstick_inserts_per_second", "bare SQLite inserts", rows, "rows", note: "1 000 a transaction, WAL, synchronous=FULL")
    }
    if let rows = rows[.postgres] {
      report.rate("yardstick_copies_per_second", "bare PostgreSQL COPY", rows, "rows", note: "10 000 a transaction, synchronous_commit=on")
    }
  }

  private static func durableAppends(in directory: String, seconds: Double) throws -> Samples {
    let path = directory + "/appends"
    let file = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
    guard file >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    defer {
      close(file)
      unlink(path)
    }
    let block = [UInt8](repeating: 0x55, count: 4_096)
    var samples = Samples()
    let end = Clock.seconds() + seconds
    while Clock.seconds() < end {
      try Interruption.check()
      let start = Clock.seconds()
      guard write(file, block, block.count) == block.count, flush(file) == 0 else {
        throw Failure("\(path): \(String(cString: strerror(errno)))")
      }
      samples.add(Clock.seconds() - start)
    }
    return samples
  }

  private static func flush(_ file: Int32) -> Int32 {
    #if canImport(Darwin)
      fcntl(file, F_FULLFSYNC)
    #else
      fdatasync(file)
    #endif
  }

  /// Rows a second of a bare loop over one prepared insert into a table shaped like the log, 1,000 rows a transaction, as durable as
  /// Holdfast's own.
  private static func bareInserts(in directory: String, seconds: Double, _ workload: Workload) throws -> Double {
    let path = directory + "/bare.db"
    defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
    let log = try BareLog(BareFile(path))
    defer { log.close() }
    return try rate(of: workload, rows: 1_000, seconds: seconds) { events, at in try log.append(events, at: at) }
  }

  /// Rows a second of `COPY` into a table shaped like the log, 10,000 rows a transaction, as durable as Holdfast's own.
  private static func copies(to server: BareServer, seconds: Double, _ workload: Workload) throws -> Double {
    let database = try server.makeDatabase()
    defer { try? server.drop(database) }
    let session = try server.connect(to: database)
    try session.run(
      """
      CREATE TABLE event (position BIGINT PRIMARY KEY, shard BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT, contact TEXT, anonymous TEXT,
        customer TEXT, message_id TEXT NOT NULL, at BIGINT NOT NULL, version BIGINT NOT NULL, received_at BIGINT NOT NULL,
        payload TEXT NOT NULL)
      """)
    var position = 0
    return try rate(of: workload, rows: 10_000, seconds: seconds) { events, at in
      let lines = events.enumerated().map { line($1, position: position + $0, at: at) }
      try session.copy(lines.joined(), into: "event")
      position += events.count
    }
  }

  private static func line(_ event: Workload.Event, position: Int, at: Int64) -> String {
    "\(position)\t\(event.customer % 64)\tevent\t\(event.name)\t\(Workload.contact(event))\t\\N\t\(Workload.customer(event.customer))\t"
      + "\(event.message)\t\(at)\t\(at)\t\(at)\t{\"plan\":\"\(event.plan)\",\"items\":\(event.items)}\n"
  }

  private static func rate(
    of workload: Workload, rows: Int, seconds: Double, _ append: ([Workload.Event], Int64) throws -> Void
  ) throws -> Double {
    var workload = workload
    let now = Clock.now().microseconds
    let start = Clock.seconds()
    var count = 0
    while Clock.seconds() < start + seconds {
      try Interruption.check()
      try append((0..<rows).map { _ in workload.next() }, now)
      count += rows
    }
    return Double(count) / (Clock.seconds() - start)
  }
}
