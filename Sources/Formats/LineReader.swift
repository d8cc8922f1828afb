import Domain

/// One line of a text, or the news that it was too long to be held.
public enum LineItem: Hashable, Sendable {
  /// Without its line end (LF or CRLF). Numbers count from 1.
  case line(number: Int, bytes: [UInt8])
  case tooLong(number: Int)
}

/// Cuts bytes into lines as they come, in bounded memory. Where the pieces are cut never matters.
public struct LineReader {
  private let limit: Int
  private var pending: [UInt8] = []
  private var number = 1
  private var isSkipping = false

  /// - Parameter limit: bytes of a line.
  public init(limit: Int = 1 << 20) { self.limit = limit }

  /// Takes the next bytes and hands on the lines they complete.
  public mutating func feed(_ bytes: [UInt8], _ emit: (LineItem) throws -> Void) rethrows {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A) {
      take(rest[..<end])
      try complete(emit)
      rest = rest[(end + 1)...]
    }
    take(rest)
  }

  /// To be called after the last bytes: hands on the line without an end, if there is one.
  public mutating func finish(_ emit: (LineItem) throws -> Void) rethrows {
    if !pending.isEmpty || isSkipping { try complete(emit) }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    guard !isSkipping else { return }
    // One more for the CR of a line end.
    if pending.count + bytes.count > limit + 1 {
      isSkipping = true
      pending = []
    } else {
      pending.append(contentsOf: bytes)
    }
  }

  private mutating func complete(_ emit: (LineItem) throws -> Void) rethrows {
    if pending.last == 0x0D { pending.removeLast() }
    let item: LineItem = isSkipping || pending.count > limit ? .tooLong(number: number) : .line(number: number, bytes: pending)
    pending = []
    isSkipping = false
    number += 1
    try emit(item)
  }
}
