/// Why a sign-in by a provider did not come about, in words for whoever wanted to sign in: never a token, a code or a secret.
public struct OpenIDFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
  /// Whether the provider cannot be reached now, rather than says something that cannot be taken.
  public var mayPass: Bool

  public init(_ description: String, mayPass: Bool = false) {
    self.description = description
    self.mayPass = mayPass
  }
}
