import Domain

/// From the bytes of a tracking request to the bytes of its JSON.
public enum TrackingBody {
  /// How many bytes are taken before and after decompression.
  public struct Limits: Hashable, Sendable {
    public var received: Int
    public var decoded: Int
    public init(received: Int = 4 << 20, decoded: Int = 20 << 20) {
      self.received = received
      self.decoded = decoded
    }
  }

  /// Why a body cannot be decoded.
  public enum BodyError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLarge(limit: Int)
    case damaged
    case notBase64
    case unsupportedEncoding(String)
    /// The caller's `reserve` said no.
    case noRoom

    public var description: String {
      switch self {
      case .tooLarge(let limit): "the body is larger than \(limit) bytes"
      case .damaged: "the compressed body is damaged or incomplete"
      case .notBase64: "the form field 'data' is not base64"
      case .unsupportedEncoding(let name): "the encoding '\(name)' is not supported; send gzip or plain JSON"
      case .noRoom: "there is no memory for the body now"
      }
    }
  }

  /// Undoes what SDKs wrap around their JSON: gzip or zlib (known by the first bytes, whatever the headers and `?compression=` say), and
  /// the form
  /// field `data` in base64 (in the body, or in the query of a request without one).
  /// - Parameter reserve: asked for room before so many decompressed bytes are kept; `false` ends it with `BodyError.noRoom`.
  public static func decode(
    _ bytes: [UInt8], contentEncoding: String? = nil, contentType: String? = nil, query: String? = nil, limits: Limits = Limits(),
    reserve: (Int) -> Bool = { _ in true }
  ) -> Result<[UInt8], BodyError> {
    guard bytes.count <= limits.received else { return .failure(.tooLarge(limit: limits.received)) }
    let encoding = (contentEncoding ?? "").lowercased()
    if encoding == "br" || encoding == "zstd" { return .failure(.unsupportedEncoding(encoding)) }
    if field("compression", query) == "lz64" { return .failure(.unsupportedEncoding("lz64")) }
    return inflated(bytes, limits, reserve).flatMap { plain in
      if plain.isEmpty, let data = field("data", query) { return formData(Array(data.utf8), limits, reserve) }
      let isForm = contentType?.lowercased().contains("x-www-form-urlencoded") == true
      guard plain.starts(with: "data=".utf8) || (isForm && !looksLikeJSON(plain)) else { return .success(plain) }
      guard let data = field("data", String(decoding: plain, as: UTF8.self)) else { return .success(plain) }
      return formData(Array(data.utf8), limits, reserve)
    }
  }

  /// The send time in a query: `sent_at=` (ISO 8601 or a number) or `_=` (milliseconds since 1970).
  public static func sentAt(query: String?) -> Instant? {
    (field("sent_at", query) ?? field("_", query)).flatMap { LooseInstant.read(.string($0)) }
  }

  private static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
    let first = bytes.first { $0 > 0x20 }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  private static func inflated(_ bytes: [UInt8], _ limits: Limits, _ reserve: (Int) -> Bool) -> Result<[UInt8], BodyError> {
    // The letter x begins no JSON, so a zlib header cannot be mistaken.
    let isZlib = bytes.count > 2 && bytes[0] == 0x78 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
    guard isZlib || Gzip.isGzip(bytes) else {
      return bytes.count <= limits.decoded ? .success(bytes) : .failure(.tooLarge(limit: limits.decoded))
    }
    var hasRoom = true
    do {
      let decoded = try Gzip.inflate(bytes, limit: limits.decoded) { count in
        hasRoom = reserve(count)
        return hasRoom
      }
      return .success(decoded)
    } catch  where !hasRoom {
      return .failure(.noRoom)
    } catch .tooLarge(let limit) {
      return .failure(.tooLarge(limit: limit))
    } catch {
      return .failure(.damaged)
    }
  }

  private static func formData(_ data: [UInt8], _ limits: Limits, _ reserve: (Int) -> Bool) -> Result<[UInt8], BodyError> {
    if looksLikeJSON(data) { return .success(data) }
    // A `+` that was not escaped has become a blank.
    guard let bytes = Base64.decode(data.map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }) else { return .failure(.notBase64) }
    return inflated(bytes, limits, reserve)
  }

  /// The first field of that name in form-encoded text, decoded.
  private static func field(_ name: String, _ text: String?) -> String? {
    guard let text else { return nil }
    for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].elementsEqual(name.utf8) else { continue }
      return String(decoding: Query.bytes(of: Array(parts[1])), as: UTF8.self)
    }
    return nil
  }
}
