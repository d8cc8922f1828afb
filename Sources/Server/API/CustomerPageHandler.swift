import Domain
import Engine
import Hummingbird

/// Serves a customer's page to a browser; the browser asks for an API key as the user name.
struct CustomerPageHandler: Sendable {
  let keys: KeyStore
  let inquiries: Inquiries

  @Sendable func show(_ request: Request, _ context: RequestInfo) async throws -> Response {
    guard let presented = Credentials.browser(request.headers), let key = try await keys.find(presented), key.scope == .api else {
      var answer = Self.page(
        "<!doctype html><title>Holdfast</title><p>Give an API key as the user name, without a password.</p>", .unauthorized)
      answer.headers[.wwwAuthenticate] = "Basic realm=\"Holdfast: an API key as user name\", charset=\"UTF-8\""
      return answer
    }
    guard let report = try await inquiries.explanation(of: context.part("id"), at: nil) else {
      return Self.page("<!doctype html><title>Holdfast</title><p>There is no such customer.</p>", .notFound)
    }
    return Self.page(customerPage(report), .ok)
  }

  private static func page(_ html: String, _ status: HTTPResponse.Status) -> Response {
    Response(
      status: status,
      headers: [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .contentSecurityPolicy: "default-src 'none'",
        .xContentTypeOptions: "nosniff",
      ],
      body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
  }
}
