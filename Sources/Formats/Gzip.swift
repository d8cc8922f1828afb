import CZlib

/// Why compressed bytes cannot be read.
/// Compressed data in memory, unpacked within bounds.
public enum GzipError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not gzip or zlib data, damaged, or with something else behind it.
  case corrupt
  /// The data ends before its end mark.
  case truncated
  /// More than so many bytes came out; the rest was not looked at.
  case tooLarge(limit: Int)
  /// zlib could not get memory.
  case noMemory

  public var description: String {
    switch self {
    case .corrupt: "the compressed data is damaged"
    case .truncated: "the compressed data ends too early"
    case .tooLarge(let limit): "the data is larger than \(limit) bytes once decompressed"
    case .noMemory: "not enough memory to decompress"
    }
  }
}

/// Compressed data in memory, unpacked within bounds.
public enum Gzip {
  /// Whether the bytes begin as gzip data does.
  public static func isGzip(_ bytes: some Collection<UInt8>) -> Bool {
    Array(bytes.prefix(3)).starts(with: [0x1F, 0x8B, 0x08])
  }

  /// Decompresses gzip (one or several members) or zlib data in memory.
  /// - Parameters:
  ///   - limit: bytes that may come out; more is `GzipError.tooLarge`, found before the memory is spent.
  ///   - reserve: asked before each further piece is kept; `false` ends it with `GzipError.noMemory`.
  public static func inflate(_ bytes: [UInt8], limit: Int, reserve: (Int) -> Bool = { _ in true }) throws(GzipError) -> [UInt8] {
    let reader = try GzipReader()
    var output: [UInt8] = []
    try reader.feed(bytes) { (chunk) throws(GzipError) in
      guard output.count + chunk.count <= limit else { throw GzipError.tooLarge(limit: limit) }
      guard reserve(chunk.count) else { throw GzipError.noMemory }
      output.append(contentsOf: chunk)
    }
    try reader.finish()
    return output
  }
}

/// Decompresses gzip (several members too) or zlib data as it comes, in constant memory. One owner, one thread at a time.
public final class GzipReader {
  // zlib keeps a pointer back to the stream, so it must never move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)
  private var state = State.atStart

  private enum State { case atStart, inside, betweenMembers, failed }

  /// - Throws: `GzipError.noMemory`.
  public init() throws(GzipError) {
    // The `deinit` runs where this throws with every property set, too.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15: the largest window; + 32: gzip or zlib, told apart by the header.
    guard inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      stream.deallocate()
      throw .noMemory
    }
    self.stream = stream
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Takes more compressed bytes and hands on what they decompress to, at most 64 KiB at a time.
  public func feed(_ bytes: [UInt8], _ emit: ([UInt8]) throws(GzipError) -> Void) throws(GzipError) {
    var offset = 0
    while offset < bytes.count {
      switch state {
      case .failed: throw .corrupt
      case .betweenMembers:
        // gzip pads with zeros (tapes did); anything else but a new member is damage.
        if bytes[offset] == 0 {
          offset += 1
          continue
        }
        guard bytes[offset] == 0x1F, inflateReset(stream) == Z_OK else { throw fail(.corrupt) }
        state = .inside
      case .atStart, .inside: state = .inside
      }
      offset += try step(bytes, from: offset, emit)
    }
  }

  /// To be called after the last bytes.
  /// - Throws: `GzipError.truncated` where the data has not come to its end.
  public func finish() throws(GzipError) {
    guard state == .betweenMembers || state == .atStart else { throw .truncated }
  }

  private func fail(_ error: GzipError) -> GzipError {
    state = .failed
    return error
  }

  /// One call of `inflate`; how many bytes of input it took.
  private func step(_ bytes: [UInt8], from offset: Int, _ emit: ([UInt8]) throws(GzipError) -> Void) throws(GzipError) -> Int {
    var taken = 0
    var result = Z_OK
    var written = 0
    repeat {
      (result, taken, written) = inflateOnce(bytes, from: offset, taken)
      if written > 0 {
        do { try emit(Array(buffer[..<written])) } catch { throw fail(error) }
      }
      switch result {
      case Z_STREAM_END:
        state = .betweenMembers
        return taken
      case Z_OK, Z_BUF_ERROR: break
      case Z_MEM_ERROR: throw fail(.noMemory)
      default: throw fail(.corrupt)
      }
    } while written == buffer.count || (taken < bytes.count - offset && (written > 0 || result == Z_OK))
    if taken == 0, written == 0 { throw fail(.corrupt) }
    return taken
  }

  private func inflateOnce(_ bytes: [UInt8], from offset: Int, _ taken: Int) -> (result: Int32, taken: Int, written: Int) {
    let capacity = buffer.count
    return bytes.withUnsafeBufferPointer { input in
      buffer.withUnsafeMutableBufferPointer { output in
        let start = offset + taken
        let length = min(input.count - start, 1 << 30)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + start)
        stream.pointee.avail_in = UInt32(length)
        stream.pointee.next_out = output.baseAddress!
        stream.pointee.avail_out = UInt32(capacity)
        let result = CZlib.inflate(stream, Z_NO_FLUSH)
        return (result, taken + length - Int(stream.pointee.avail_in), capacity - Int(stream.pointee.avail_out))
      }
    }
  }
}
