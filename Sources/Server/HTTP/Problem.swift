import Domain
import Engine
import HTTPTypes
import Hummingbird
import SQL

/// An error that may be told to the sender: an RFC 9457 problem document, or on tracking routes `{"code","message"}`. Every other error
/// is a bare 500.
struct Problem: Error {
  /// The last part of the problem's type, stable for programs ("invalid-expression").
  var code: String
  var status: HTTPResponse.Status
  var title: String
  var detail: String
  /// One thing wrong each, with whatever tells its place.
  var errors: [JSON] = []
  /// Further members of the document (counts of an import that was broken off).
  var members: [JSON.Member] = []
  var headers: HTTPFields = [:]

  static let typePrefix = "urn:holdfast:problem:"

  var document: JSON {
    var all: [JSON.Member] = [
      .init("type", .string(Self.typePrefix + code)), .init("title", .string(title)), .init("status", .integer(Int64(status.code))),
      .init("detail", .string(detail)),
    ]
    if !errors.isEmpty { all.append(.init("errors", .array(errors))) }
    return .object(all + members)
  }
}

extension Problem {
  static func notFound(_ detail: String = "There is nothing at this address.") -> Problem {
    Problem(code: "not-found", status: .notFound, title: "Not found", detail: detail)
  }

  static func noCustomer(_ id: String) -> Problem { notFound("There is no customer with the id \(quoted(id)).") }

  static func methodNotAllowed(allowed: [HTTPRequest.Method]) -> Problem {
    let list = allowed.map(\.rawValue).joined(separator: ", ")
    return Problem(
      code: "method-not-allowed", status: .methodNotAllowed, title: "Method not allowed", detail: "This address takes \(list).",
      headers: [.allow: list])
  }

  static func unauthorized(_ detail: String) -> Problem {
    Problem(code: "unauthorized", status: .unauthorized, title: "No valid key", detail: detail)
  }

  static func wrongScope(_ detail: String) -> Problem {
    Problem(code: "wrong-scope", status: .forbidden, title: "The key is for something else", detail: detail)
  }

  static func invalidParameter(_ name: String, _ detail: String, errors: [JSON] = []) -> Problem {
    Problem(code: "invalid-parameter", status: .badRequest, title: "Invalid parameter \(name)", detail: detail, errors: errors)
  }

  static func invalidBody(_ detail: String) -> Problem {
    Problem(code: "invalid-body", status: .badRequest, title: "The body cannot be read", detail: detail)
  }

  static func tooLarge(limit: Int) -> Problem {
    Problem(
      code: "too-large", status: .contentTooLarge, title: "Too large", detail: "At most \(limit) bytes are taken here: send smaller parts.")
  }

  static func overloaded(retryAfter: Int) -> Problem {
    let seconds = String(max(1, retryAfter))
    return Problem(
      code: "overloaded", status: .tooManyRequests, title: "Too much at once", detail: "The queue is full: come again in \(seconds) s.",
      headers: [.retryAfter: seconds, .rateLimitReset: seconds])
  }

  static func unavailable(_ detail: String) -> Problem {
    Problem(
      code: "unavailable", status: .serviceUnavailable, title: "Not available now", detail: detail, headers: [.retryAfter: "5"])
  }

  static func tooSlow() -> Problem {
    Problem(code: "too-slow", status: .requestTimeout, title: "Too slow", detail: "The body did not arrive in time.")
  }

  static func unexpected() -> Problem {
    Problem(code: "internal", status: .internalServerError, title: "Internal error", detail: "")
  }

  /// Text of a sender's in a sentence: cut, so that an answer never grows with the question.
  static func quoted(_ text: String) -> String { "\"\(text.prefix(100))\(text.count > 100 ? "…" : "")\"" }
}

extension Problem {
  /// What an error is to the sender; `nil`: nothing that may be told.
  init?(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let mistake as WorkMistake: self.init(mistake)
    case IntakeRefusal.overloaded(let seconds): self = .overloaded(retryAfter: seconds)
    case IntakeRefusal.unavailable(let sentence): self = .unavailable(sentence)
    case let failure as DatabaseFailure where failure.kind != .constraint && failure.kind != .other:
      self = .unavailable("The database does not answer as it should; nothing was changed.")
    case is BodyInterrupted:
      self = .init(
        code: "interrupted", status: .badRequest, title: "The body is not complete",
        detail: "The body ended early, or not in the chunks it was announced in.")
    case is Inquiries.InvalidCursor:
      self = .invalidParameter("cursor", "This cursor was not given out by this list: start again without it.")
    case let error as HTTPError where error.status == .notFound: self = .notFound()
    case let error as HTTPError:
      self.init(code: "http", status: error.status, title: error.status.reasonPhrase, detail: error.body ?? "")
    default: return nil
    }
  }
}

extension HTTPField.Name {
  static let rateLimitReset = HTTPField.Name("X-RateLimit-Reset")!
}
