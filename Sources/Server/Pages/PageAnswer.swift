import Dashboard
import HTTPTypes
import Hummingbird
import NIOCore

/// What a page's handler answers with; `PageGate` makes a response of it, with all headers.
struct PageAnswer: Sendable {
  enum Content: Sendable {
    case html(HTML)
    /// 303 to a path of this server.
    case redirect(String)
    /// 303 to an address elsewhere: only ever one of the configuration's own.
    case elsewhere(String)
    /// Text that is written bit by bit.
    case text(type: String, fileName: String?, @Sendable (inout TextWriter) async throws -> Void)
  }

  /// What becomes of the session in the browser.
  enum SessionChange: Hashable, Sendable {
    case none
    case begin(token: String)
    case end
  }

  var status: HTTPResponse.Status
  var content: Content
  /// Said once on the page that is redirected to.
  var notice: Shell.Notice?
  var session = SessionChange.none
  var headers: HTTPFields = [:]

  static func html(_ html: HTML, status: HTTPResponse.Status = .ok) -> PageAnswer { PageAnswer(status: status, content: .html(html)) }

  /// - Parameter path: of this server; anything else leads home.
  static func redirect(to path: String, notice: String? = nil) -> PageAnswer {
    let notice = notice.map { Shell.Notice($0) }
    return PageAnswer(status: .seeOther, content: .redirect(LocalPath.checked(path) ?? PageRoutes.home), notice: notice)
  }

  /// The same where nothing was done.
  /// - Parameter problem: why, with the remedy.
  static func redirect(to path: String, problem: String) -> PageAnswer {
    var answer = redirect(to: path)
    answer.notice = Shell.Notice(problem, kind: .problem)
    return answer
  }

  /// - Parameter address: where somebody signs in elsewhere.
  static func leaving(to address: String) -> PageAnswer { PageAnswer(status: .seeOther, content: .elsewhere(address)) }

  /// A file to be saved, of any length.
  static func csv(named name: String, _ write: @escaping @Sendable (inout TextWriter) async throws -> Void) -> PageAnswer {
    PageAnswer(status: .ok, content: .text(type: "text/csv; charset=utf-8", fileName: name, write))
  }

  /// Server-sent events, until `write` returns.
  static func events(_ write: @escaping @Sendable (inout TextWriter) async throws -> Void) -> PageAnswer {
    var answer = PageAnswer(status: .ok, content: .text(type: "text/event-stream", fileName: nil, write))
    // Or a proxy would keep events until it has enough of them.
    answer.headers[.xAccelBuffering] = "no"
    return answer
  }

  /// The same, with a session that begins or ends in the browser.
  func with(_ session: SessionChange) -> PageAnswer {
    var answer = self
    answer.session = session
    return answer
  }

  func with(status: HTTPResponse.Status) -> PageAnswer {
    var answer = self
    answer.status = status
    return answer
  }

  /// The same, with a time after which to come again.
  func with(retryAfter seconds: Int?) -> PageAnswer {
    var answer = self
    answer.headers[.retryAfter] = seconds.map(String.init)
    return answer
  }
}

/// Writes a body bit by bit; waits where the reader is slow.
struct TextWriter {
  fileprivate var base: any ResponseBodyWriter

  mutating func write(_ text: String) async throws { try await base.write(ByteBuffer(string: text)) }
}

extension PageAnswer {
  /// Without what `PageGate` adds.
  var response: Response {
    switch content {
    case .html(let html):
      return Response(
        status: status, headers: headers.adding(.contentType, "text/html; charset=utf-8"),
        body: ResponseBody(byteBuffer: ByteBuffer(string: html.text)))
    case .redirect(let path): return Response(status: status, headers: headers.adding(.location, path))
    case .elsewhere(let address): return Response(status: status, headers: headers.adding(.location, address))
    case .text(let type, let fileName, let write):
      var headers = headers.adding(.contentType, type)
      if let fileName {
        let plain = fileName.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        headers[.contentDisposition] = "attachment; filename=\"\(plain)\""
      }
      let body = ResponseBody { writer in
        var text = TextWriter(base: writer)
        try await write(&text)
        try await writer.finish(nil)
      }
      return Response(status: status, headers: headers, body: body)
    }
  }
}

extension HTTPFields {
  func adding(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
    var fields = self
    fields[name] = value
    return fields
  }
}

extension HTTPField.Name {
  static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
