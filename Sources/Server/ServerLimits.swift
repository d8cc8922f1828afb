/// How much the server takes. Sizes in bytes, of bodies both as they come and decompressed.
public struct ServerLimits: Hashable, Sendable {
  /// One Segment-style call.
  public var call = 32 << 10
  /// A Segment-style batch: 500 KB by Segment's own rule, with room for the SDKs that stop at 512 KiB.
  public var batch = 512 << 10
  /// A batch by RudderStack's import and beacon addresses.
  public var largeBatch = 4_000 << 10
  /// One PostHog-style call, and a batch of them.
  public var postHogCall = 2 << 20
  public var postHogBatch = 20 << 20
  /// One PostHog event as compact JSON.
  public var postHogMessage = 1 << 20
  public var postHogMessages = 5_000
  /// A file of records; it streams through, and is never held as a whole.
  public var importBody = 256 << 20
  /// What an imported gzip file may become.
  public var importDecompressed = 4 << 30
  /// Records that one import appends to the log at a time.
  public var importBatch = 1_000
  /// Errors that the answer to an import lists; all are counted and set aside.
  public var importErrors = 1_000
  /// All bodies that are in memory at once, as they came and decompressed.
  public var bodiesInMemory = 64 << 20
  /// The same of senders that have shown no valid key yet: in no header, and the body has not been searched.
  public var strangersInMemory = 16 << 20
  public var connections = 4_096
  /// Seconds after which a silent connection is closed.
  public var idleSeconds = 60

  public init() {}
}
