import Domain
import Engine
import HTTPTypes
import Hummingbird
import NIOCore

/// What the process uses, as the composition root measures it.
public struct ProcessVitals: Hashable, Sendable {
  /// Memory in use, in bytes; `nil` where the system does not tell.
  public var residentBytes: Int?
  public var startedAt: Instant
  public init(residentBytes: Int?, startedAt: Instant) {
    self.residentBytes = residentBytes
    self.startedAt = startedAt
  }
}

/// What the program tells of itself.
public struct ProgramInfo: Sendable {
  public var version: String
  /// The kind of database: "SQLite", "PostgreSQL".
  public var database: String
  /// A file, or host and name of a database; never a password.
  public var place: String
  /// What this process is called among the nodes.
  public var node: String
  public var vitals: @Sendable () -> ProcessVitals
  public init(version: String, database: String, place: String, node: String, vitals: @escaping @Sendable () -> ProcessVitals) {
    self.version = version
    self.database = database
    self.place = place
    self.node = node
    self.vitals = vitals
  }
}

/// `/metrics`, for Prometheus. Every figure comes from a bounded query or from memory: it may be asked for every few seconds.
struct MetricsHandler: Sendable {
  let keys: KeyStore
  let inquiries: Inquiries
  let requests: RequestMetrics
  let program: ProgramInfo

  /// - Throws: `Problem` 401 and 403 where there is no key of the scope `metrics` or `api`: how many customers are critical is nobody
  ///   else's business.
  func show(_ request: Request, _ context: RequestInfo) async throws -> Response {
    guard let presented = Credentials.bearer(request.headers), let key = try await keys.find(presented) else {
      throw Problem.unauthorized("Send a key of the scope metrics: Authorization: Bearer hf_metrics_….")
    }
    guard key.scope == .metrics || key.scope == .api else {
      throw Problem.wrongScope("This key has the scope \(key.scope.rawValue); /metrics needs one with the scope metrics.")
    }
    let text = Self.text(vitals: try await inquiries.vitals(), requests: requests.all, version: program.version, process: program.vitals())
    return Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  static func text(
    vitals: Vitals, requests: [(route: RequestMetrics.Route, histogram: Histogram)], version: String, process: ProcessVitals
  ) -> String {
    var metrics = MetricsText()
    metrics.add("holdfast_build_info", .gauge, "The program that answers; always 1.", [([("version", version)], 1)])
    intake(vitals, &metrics)
    health(vitals, &metrics)
    outbox(vitals, &metrics)
    metrics.add(
      "holdfast_http_request_duration_seconds", "Time from the head of a request to its answer, by route.",
      requests.map { entry in
        ([("method", entry.route.method), ("route", entry.route.path), ("status", entry.route.status)], entry.histogram)
      })
    metrics.add("process_resident_memory_bytes", .gauge, "Memory in use.", process.residentBytes.map(Double.init))
    metrics.add("process_start_time_seconds", .gauge, "When the program was started.", process.startedAt.seconds)
    return metrics.text
  }

  private static func intake(_ vitals: Vitals, _ metrics: inout MetricsText) {
    let counts = vitals.statistics
    metrics.add(
      "holdfast_intake_entries_total", .counter, "Events and records that arrived, by what became of them.",
      [
        ([("result", "accepted")], Double(counts.accepted)), ([("result", "duplicate")], Double(counts.duplicate)),
        ([("result", "rejected")], Double(counts.rejected)),
      ])
    metrics.add(
      "holdfast_intake_rejected_total", .counter, "What could not be taken, by reason.",
      counts.rejectedByReason.sorted { $0.key < $1.key }.map { ([("reason", $0.key)], Double($0.value)) })
    metrics.add(
      "holdfast_fold_lag_seconds", .gauge, "Age of the oldest entry that is durable and not yet in its customer's score.",
      Double(counts.foldLag.microseconds) / 1_000_000)
  }

  private static func health(_ vitals: Vitals, _ metrics: inout MetricsText) {
    metrics.add(
      "holdfast_customers", .gauge, "Customers by the band of their health score.",
      Band.allCases.map { ([("band", $0.rawValue)], Double(vitals.bands[$0] ?? 0)) })
    metrics.add("holdfast_health_score_average", .gauge, "Mean health score of all customers.", vitals.average)
    metrics.add(
      "holdfast_daily_batch_timestamp_seconds", .gauge, "Since then the daily batch has looked at every customer.",
      vitals.dailyBatchAt?.seconds)
    metrics.add("holdfast_incidents", .gauge, "Incidents that are kept, counted up to 100.", Double(vitals.incidents))
  }

  private static func outbox(_ vitals: Vitals, _ metrics: inout MetricsText) {
    metrics.add(
      "holdfast_deliveries_pending", .gauge, "Deliveries that wait for their turn or their next attempt, by channel.",
      vitals.pending.map { ([("channel", $0.channel)], Double($0.count)) })
    metrics.add(
      "holdfast_deliveries_due_seconds", .gauge, "For how long the delivery that is due first has been due, by channel.",
      vitals.pending.map { ([("channel", $0.channel)], Double(max($0.dueFor, .zero).microseconds) / 1_000_000) })
  }
}

extension Instant {
  fileprivate var seconds: Double { Double(microseconds) / 1_000_000 }
}
