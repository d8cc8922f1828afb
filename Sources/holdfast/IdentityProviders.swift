import AsyncHTTPClient
import Connectors
import Domain
import Synchronization

/// The provider by which people sign in, kept as long as its settings stay: it remembers what it has read of it.
final class IdentityProviders: Sendable {
  private let client: HTTPClient
  private let kept = Mutex<(settings: OpenIDSettings, provider: OpenIDProvider)?>(nil)

  init(client: HTTPClient) { self.client = client }

  /// `nil` where its secret is not there.
  func provider(_ settings: OpenIDSettings) -> OpenIDProvider? {
    kept.withLock { kept in
      if let kept, kept.settings == settings { return kept.provider }
      guard let provider = OpenIDProvider(settings, client: client) else { return nil }
      kept = (settings, provider)
      return provider
    }
  }
}
