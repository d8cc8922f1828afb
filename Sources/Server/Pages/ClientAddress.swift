import NIOCore

/// Where a request comes from on the network, to count by.
enum ClientAddress {
  /// An IPv4 address; of an IPv6 address the first half, which one line or one house has to itself; "local", "unknown".
  ///
  /// It is the other end of the connection, whatever headers say: behind a proxy all people share the proxy's address.
  static func text(of channel: any Channel) -> String {
    switch channel.remoteAddress {
    case .v4(let address): text(address)
    case .v6(let address): text(address)
    case .unixDomainSocket: "local"
    case nil: "unknown"
    }
  }

  private static func text(_ address: SocketAddress.IPv4Address) -> String {
    withUnsafeBytes(of: address.address.sin_addr) { bytes in bytes.map { String($0) }.joined(separator: ".") }
  }

  private static func text(_ address: SocketAddress.IPv6Address) -> String {
    withUnsafeBytes(of: address.address.sin6_addr) { prefix(ofIPv6: Array($0)) }
  }

  /// - Parameter bytes: all 16 of the address.
  static func prefix(ofIPv6 bytes: [UInt8]) -> String {
    // An IPv4 address in the clothes of the other.
    if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
      return bytes[12...].map { String($0) }.joined(separator: ".")
    }
    return stride(from: 0, to: 8, by: 2).map { TokenText.hex(bytes[$0..<$0 + 2]) }.joined(separator: ":") + "::/64"
  }
}
