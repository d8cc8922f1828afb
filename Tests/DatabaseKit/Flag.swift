import Synchronization

/// Something has happened: for threads that wait for one another.
public final class Flag: Sendable {
  private let value = Mutex(false)
  public init() {}
  public var isSet: Bool { value.withLock { $0 } }
  public func set() { value.withLock { $0 = true } }
}
