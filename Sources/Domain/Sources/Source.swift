/// A query into the user's own database whose rows become records of one kind, again and again: `sources:` of the configuration.
public struct Source: Hashable, Sendable {
  public var name: String
  public var kind: RecordKind
  /// `nil` where its environment variable or file was not there (a warning, not an error).
  public var database: SourceDatabase?
  /// One SELECT (or WITH … SELECT), without a semicolon at its end and without parameters.
  public var query: String
  /// The column of the query that tells what has changed; `nil`: every run reads all rows.
  public var watermark: String?
  /// Columns by field, in the short form of map flags: a column, `"a constant"`, `{a}-{template}`.
  public var map: [String: String]
  /// What becomes attributes or traits, likewise; `nil`: every column that no field uses.
  public var extras: [Extra]?
  /// From the begin of one run to that of the next.
  public var every: TimeSpan
  /// How far before the watermark a run begins, where the watermark is a time: for transactions that end after later ones began.
  public var overlap: TimeSpan
  /// Local time of day of the run that reads all rows, minutes after midnight; `nil`: never, save the first time.
  public var fullMinute: Int?
  /// Rows read at once.
  public var pageSize: Int
  /// Whether a row that a full run does not find any more counts as deleted.
  public var tellsDeletions: Bool

  /// An attribute or trait and where its value comes from.
  public struct Extra: Hashable, Sendable {
    public var name: String
    public var column: String
    public init(name: String, column: String) {
      self.name = name
      self.column = column
    }
  }

  public init(
    name: String, kind: RecordKind, database: SourceDatabase?, query: String, watermark: String? = nil, map: [String: String] = [:],
    extras: [Extra]? = nil, every: TimeSpan = .hours(1), overlap: TimeSpan = .minutes(5), fullMinute: Int? = 180, pageSize: Int = 1_000,
    tellsDeletions: Bool = true
  ) {
    self.name = name
    self.kind = kind
    self.database = database
    self.query = query
    self.watermark = watermark
    self.map = map
    self.extras = extras
    self.every = every
    self.overlap = overlap
    self.fullMinute = fullMinute
    self.pageSize = pageSize
    self.tellsDeletions = tellsDeletions
  }

  /// Kinds whose rows a source can bring.
  public static let kinds: [RecordKind] = [.customers, .contacts, .tickets, .subscriptions]

  /// A digest of what its rows mean. Where it changes, the watermark of old is worth nothing: the next run reads all rows.
  public var definition: String {
    StableHash.contentID([
      "kind": .string(kind.rawValue), "query": .string(query), "watermark": watermark.map(JSON.string) ?? .null,
      "map": .object(map.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
      "extras": extras.map { .array($0.map { [.string($0.name), .string($0.column)] }) } ?? .null,
    ])
  }
}

/// Where a source's rows are.
public enum SourceDatabase: Hashable, Sendable {
  /// A file; a relative path begins at the configuration's directory.
  case sqlite(path: String)
  /// `postgres://…`; holds a password.
  case postgres(url: Secret)
}

/// How much a run reads.
public enum SourceRunKind: String, Hashable, Sendable {
  /// What has changed since the watermark.
  case incremental
  /// All rows; the only kind that can tell what is not there any more.
  case full
}
