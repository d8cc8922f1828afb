import HTTPTypes
import Hummingbird

/// Where a form comes from, by what the browser says.
enum FormOrigin: Hashable, Sendable {
  case own
  case foreign
  /// The browser says nothing.
  case unknown

  /// - Parameter publicURL: where people reach this server. What the request names as the host it asks is this server too: a proxy may
  ///   have another name for it, and a browser names the host it really asks.
  init(_ request: Request, publicURL: String) {
    if let site = request.headers[.secFetchSite] {
      self = site == "same-origin" || site == "none" ? .own : .foreign
      return
    }
    guard let origin = request.headers[.origin] else {
      self = .unknown
      return
    }
    let host = request.head.authority.map { ["http://" + $0, "https://" + $0] } ?? []
    let own = (host + [Self.origin(of: publicURL)]).map { $0.lowercased() }
    self = own.contains(origin.lowercased()) ? .own : .foreign
  }

  /// `https://host:port` of an address.
  private static func origin(of url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    return String(url[..<scheme.upperBound]) + url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
  }
}

extension HTTPField.Name {
  static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
  static let secFetchDest = HTTPField.Name("Sec-Fetch-Dest")!
}
