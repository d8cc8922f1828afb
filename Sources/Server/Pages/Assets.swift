import Crypto
import Dashboard
import Domain
import Foundation
import Hummingbird
import NIOCore

/// A file that pages link: the style sheet, the script.
public struct Asset: Hashable, Sendable {
  /// "style.css".
  public var name: String
  /// Its media type.
  public var type: String
  public var bytes: [UInt8]
  public init(name: String, type: String, bytes: [UInt8]) {
    self.name = name
    self.type = type
    self.bytes = bytes
  }
}

/// All assets, each under an address that changes with its content: browsers keep them for ever.
struct AssetShelf: Sendable {
  private let assets: [String: Asset]
  private let addresses: [String: String]

  init(_ assets: [Asset]) {
    let named = assets.map { (asset: $0, file: Self.file(of: $0)) }
    self.assets = Dictionary(named.map { ($0.file, $0.asset) }, uniquingKeysWith: { first, _ in first })
    addresses = Dictionary(named.map { ($0.asset.name, "/assets/" + $0.file) }, uniquingKeysWith: { first, _ in first })
  }

  /// The address of an asset by its name; empty where there is none.
  func address(of name: String) -> String { addresses[name] ?? "" }

  var links: Shell.Assets { Shell.Assets(style: address(of: "style.css"), script: address(of: "script.js")) }

  /// - Parameter file: the last part of the address.
  /// - Throws: `Problem` 404.
  func answer(_ file: String) throws -> Response {
    guard let asset = assets[file] else { throw Problem.notFound() }
    return Response(
      status: .ok,
      headers: [
        .contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable", .xContentTypeOptions: "nosniff",
        .crossOriginResourcePolicy: "same-origin",
      ],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
  }

  /// "style.css" as "style.0a1b2c3d4e5f.css".
  private static func file(of asset: Asset) -> String {
    let digest = Hex.text(SHA256.hash(data: Data(asset.bytes)).prefix(6))
    guard let dot = asset.name.lastIndex(of: ".") else { return asset.name + "." + digest }
    return asset.name[..<dot] + "." + digest + asset.name[dot...]
  }
}
