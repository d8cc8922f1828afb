import Domain
import Synchronization

/// The configuration in force. Replaced as a whole; readers take a copy and keep it for the length of their work.
public final class CurrentBlueprint: Sendable {
  private let value: Mutex<Blueprint>

  public init(_ blueprint: Blueprint) { value = Mutex(blueprint) }

  public var blueprint: Blueprint { value.withLock { $0 } }

  public func replace(with blueprint: Blueprint) { value.withLock { $0 = blueprint } }
}
