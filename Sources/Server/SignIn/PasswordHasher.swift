import Dispatch
import Domain
import Synchronization

/// Hashes passwords with scrypt, off the event loops and a few at a time: each takes 128 MB and a good part of a second. Who comes then
/// waits in a short line; who finds it full is told to come again.
public final class PasswordHasher: Sendable {
  /// What scrypt is asked for. `recommended` is the OWASP Password Storage Cheat Sheet's first choice for scrypt: N = 2¹⁷, r = 8, p = 1,
  /// which makes 128 MiB.
  public struct Cost: Hashable, Sendable {
    /// The rounds N, as a power of two.
    public var logRounds: Int
    public var blockSize: Int
    public var parallelism: Int
    public init(logRounds: Int, blockSize: Int, parallelism: Int) {
      self.logRounds = logRounds
      self.blockSize = blockSize
      self.parallelism = parallelism
    }
    public static let recommended = Cost(logRounds: 17, blockSize: 8, parallelism: 1)
  }

  /// Too many wait already.
  struct Busy: Error {}

  /// What a password is, held against a stored hash.
  struct Verdict: Hashable, Sendable {
    var isRight: Bool
    /// It is right, and its hash was made at another cost than today's.
    var isOutdated: Bool
  }

  private struct Line {
    var running = 0
    var waiting: [CheckedContinuation<Void, any Error>] = []
  }

  private let cost: Cost
  private let atOnce: Int
  private let longestLine: Int
  private let line = Mutex(Line())
  private let threads = DispatchQueue(label: "holdfast.passwords", attributes: .concurrent)

  /// - Parameters:
  ///   - atOnce: so many are computed at the same time.
  ///   - longestLine: so many more may wait.
  public init(cost: Cost = .recommended, atOnce: Int = 2, longestLine: Int = 32) {
    self.cost = cost
    self.atOnce = atOnce
    self.longestLine = longestLine
  }

  /// The text to store. - Throws: `Busy`.
  func hash(_ password: String, salt: [UInt8]) async throws -> String {
    let cost = cost
    return try await inTurn { try PasswordHash(of: password, salt: salt, cost: cost).text }
  }

  /// Holds a password against a stored hash, in a time that tells neither where they differ nor whether there is a hash at all: without
  /// one, a hash is computed for nothing.
  /// - Throws: `Busy`.
  func verify(_ password: String, against stored: String?) async throws -> Verdict {
    let known = stored.flatMap(PasswordHash.init(text:))
    let cost = cost
    return try await inTurn {
      // Longer ones were never taken; they are not worth more time than others.
      let isTooLong = password.unicodeScalars.count > PasswordRules.length.upperBound
      let tried = isTooLong ? "" : password
      let salt = known?.salt ?? [UInt8](repeating: 0, count: PasswordHash.saltBytes)
      let computed = try PasswordHash(of: tried, salt: salt, cost: known?.cost ?? cost)
      let isRight = KeyText.equal(computed.hash, known?.hash ?? []) && !isTooLong
      return Verdict(isRight: isRight, isOutdated: isRight && known?.cost != cost)
    }
  }

  private func inTurn<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await enter()
    defer { leave() }
    return try await withCheckedThrowingContinuation { continuation in
      threads.async { continuation.resume(with: Result { try work() }) }
    }
  }

  private func enter() async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let outcome = line.withLock { line -> Result<Void, any Error>? in
        if line.running < atOnce {
          line.running += 1
          return .success(())
        }
        if line.waiting.count >= longestLine { return .failure(Busy()) }
        line.waiting.append(continuation)
        return nil
      }
      if let outcome { continuation.resume(with: outcome) }
    }
  }

  private func leave() {
    let next = line.withLock { line -> CheckedContinuation<Void, any Error>? in
      if !line.waiting.isEmpty { return line.waiting.removeFirst() }
      line.running -= 1
      return nil
    }
    next?.resume()
  }
}
