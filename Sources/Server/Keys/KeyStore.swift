import Domain
import Engine
import SQL
import Storage
import Synchronization

/// The keys that open the HTTP interface: made, listed, revoked, and looked up at every request.
///
/// A lookup is answered from memory. What was read is trusted for `trust`; a key that is not in memory makes the keys be read again at
/// once, so a key that another process made a moment ago works, and so a revoked one stops working within `trust`. Reads are shared and
/// spaced by `pause`, however many requests with made-up keys arrive.
public final class KeyStore: Sendable {
  /// How long keys are believed without asking the database.
  static let trust = TimeSpan.seconds(3)
  static let pause = TimeSpan.milliseconds(50)
  /// Keys in force that are looked at; more are refused at their making.
  static let limit = 10_000

  private let database: any Database
  private let time: any TimeSource
  private let randomBytes: @Sendable (Int) -> [UInt8]
  private let known = Mutex(KnownKeys())
  private let loader: KeyLoader

  /// - Parameter randomBytes: so many bytes from a cryptographic source of randomness.
  public init(database: any Database, time: any TimeSource, randomBytes: @escaping @Sendable (Int) -> [UInt8]) {
    self.database = database
    self.time = time
    self.randomBytes = randomBytes
    loader = KeyLoader(database: database, time: time)
  }

  /// Makes a key and stores its hash; the audit log says so.
  /// - Parameter actor: who makes it. Keys are made at the command line only.
  /// - Returns: the key itself, which cannot be shown a second time.
  /// - Throws: `TooManyKeys`, `DatabaseFailure`.
  public func create(scope: KeyScope, name: String, by actor: AuditEntry.Actor = .commandLine) async throws -> String {
    let key = KeyText.make(scope: scope, secret: randomBytes(KeyText.secretBytes))
    let id = Hex.text(randomBytes(6))
    let stored = StoredKey(id: id, name: name, scope: scope, hash: KeyText.hash(key), createdAt: time.now())
    let entry = entry(.keyAdded, by: actor, on: id, to: Self.words(stored))
    try await database.write { connection in
      guard try KeyQueries.inForce(limit: Self.limit, connection).count < Self.limit else { throw TooManyKeys() }
      try KeyQueries.insert(stored, connection)
      try AuditQueries.insert(entry, connection)
    }
    return key
  }

  /// All keys, revoked ones too, oldest first.
  public func all() async throws -> [StoredKey] {
    try await database.read { try KeyQueries.all($0) }
  }

  /// Ends a key; every server on this database refuses it within `trust`. The audit log says so.
  /// - Parameter actor: who ends it. Keys are ended at the command line only.
  /// - Returns: whether there was such a key in force.
  public func revoke(id: String, by actor: AuditEntry.Actor = .commandLine) async throws -> Bool {
    let now = time.now()
    let unnamed = entry(.keyRevoked, by: actor, on: id)
    let done = try await database.write { connection in
      guard try KeyQueries.revoke(id: id, at: now, connection) else { return false }
      var entry = unnamed
      entry.from = try KeyQueries.load(id: id, connection).map(Self.words)
      try AuditQueries.insert(entry, connection)
      return true
    }
    known.withLock { $0 = KnownKeys() }
    return done
  }

  /// A key as the audit log tells of it: "ci, write".
  private static func words(_ key: StoredKey) -> String { "\(key.name), \(key.scope.rawValue)" }

  private func entry(_ action: PeopleAction, by actor: AuditEntry.Actor, on id: String, to: String? = nil) -> AuditEntry {
    AuditEntry(id: Hex.text(randomBytes(10)), at: time.now(), actor: actor.label, action: action.rawValue, subject: id, to: to)
  }

  /// The key in force that this text is; `nil`: none.
  /// - Throws: `DatabaseFailure` where the keys cannot be read: then nobody is let in.
  public func find(_ text: String) async throws -> StoredKey? {
    guard KeyText.isShaped(text) else { return nil }
    let hash = KeyText.hash(text)
    let present = known.withLock { $0 }
    if present.isFresh(at: time.now()), let key = present.key(hash) { return key }
    let loaded = try await loader.load()
    // What was read by a clock that was set back since is not the newer for it.
    known.withLock { [now = time.now()] in if loaded.readAt >= $0.readAt || $0.readAt > now { $0 = loaded } }
    return loaded.key(hash)
  }
}

/// There are so many keys in force that something must be wrong.
public struct TooManyKeys: Error, CustomStringConvertible {
  public var description: String { "there are \(KeyStore.limit) keys in force already: revoke some first" }
}

/// Keys in force as they were read at one moment.
struct KnownKeys: Sendable {
  var readAt = Instant.distantPast
  private var buckets: [UInt64: [StoredKey]] = [:]

  init() {}

  init(_ keys: [StoredKey], readAt: Instant) {
    self.readAt = readAt
    buckets = Dictionary(grouping: keys) { Self.bucket($0.hash) }
  }

  func isFresh(at now: Instant) -> Bool { now >= readAt && now - readAt < KeyStore.trust }

  /// Finds the bucket by a part of the hash, then compares all of it in constant time.
  func key(_ hash: [UInt8]) -> StoredKey? {
    buckets[Self.bucket(hash)]?.first { KeyText.equal($0.hash, hash) }
  }

  private static func bucket(_ hash: [UInt8]) -> UInt64 { hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}

/// Reads the keys: those who ask before a read begins share it, and reads begin at least `KeyStore.pause` apart.
private actor KeyLoader {
  private let database: any Database
  private let time: any TimeSource
  private var next: Task<KnownKeys, any Error>?
  private var last: Task<KnownKeys, any Error>?
  private var lastBegan = Instant.distantPast

  init(database: any Database, time: any TimeSource) {
    self.database = database
    self.time = time
  }

  func load() async throws -> KnownKeys {
    if let next { return try await next.value }
    let task = Task { try await self.read() }
    next = task
    return try await task.value
  }

  private func read() async throws -> KnownKeys {
    _ = await last?.result
    let wait = lastBegan + KeyStore.pause - time.now()
    var failure: (any Error)?
    if wait > .zero, wait <= KeyStore.pause {
      do { try await time.sleep(for: wait) } catch { failure = error }
    }
    last = next
    next = nil
    if let failure { throw failure }
    let began = time.now()
    lastBegan = began
    let keys = try await database.read { try KeyQueries.inForce(limit: KeyStore.limit, $0) }
    return KnownKeys(keys, readAt: began)
  }
}
