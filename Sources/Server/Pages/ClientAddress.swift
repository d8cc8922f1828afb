import Domain
import NIOCore

/// Where a request comes from on the network, to count by.
///
/// It is the other end of the connection, whatever headers say. Where that is an address of a private network or of this machine, a proxy
/// or a whole office may stand behind it: then it is none to count by, or one guesser could keep everybody out.
enum ClientAddress {
  /// An IPv4 address; of an IPv6 address the first half, which one line or one house has to itself. `nil`: none to count by.
  static func counted(of channel: any NIOCore.Channel) -> String? {
    switch channel.remoteAddress {
    case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { counted(Array($0)) }
    case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { counted(Array($0)) }
    case .unixDomainSocket, nil: nil
    }
  }

  /// - Parameter bytes: the 4 or 16 of an address.
  static func counted(_ bytes: [UInt8]) -> String? {
    if bytes.count == 4 { return isPrivate(ipv4: bytes) ? nil : bytes.map { String($0) }.joined(separator: ".") }
    guard bytes.count == 16 else { return nil }
    // An IPv4 address in the clothes of the other.
    if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF { return counted(Array(bytes[12...])) }
    guard !isPrivate(ipv6: bytes) else { return nil }
    return stride(from: 0, to: 8, by: 2).map { Hex.text(bytes[$0..<$0 + 2]) }.joined(separator: ":") + "::/64"
  }

  /// Source: IANA IPv4 Special-Purpose Address Registry.
  private static func isPrivate(ipv4 bytes: [UInt8]) -> Bool {
    switch (bytes[0], bytes[1]) {
    case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254), (100, 64...127): true
    default: false
    }
  }

  /// Source: IANA IPv6 Special-Purpose Address Registry: loopback, unique local, link-local.
  private static func isPrivate(ipv6 bytes: [UInt8]) -> Bool {
    let isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    return isLoopback || bytes[0] & 0xFE == 0xFC || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
  }
}
