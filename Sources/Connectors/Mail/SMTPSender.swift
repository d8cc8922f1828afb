import CCurl
import Dispatch
import Domain
import Synchronization

/// Sends letters through one mail server, one after the other, on a thread of its own. The connection is kept for the next letter while
/// all goes well.
///
/// @unchecked: what varies is touched on `queue` only.
public final class SMTPSender: @unchecked Sendable {
  /// How long it may take.
  public struct Times: Hashable, Sendable {
    /// Until the server is ready to take a message: name, connection, TLS, greeting, signing in.
    public var connect: TimeSpan
    /// In all.
    public var whole: TimeSpan
    public static let usual = Times(connect: .seconds(10), whole: .seconds(60))
    public init(connect: TimeSpan, whole: TimeSpan) {
      self.connect = connect
      self.whole = whole
    }
  }

  public let server: MailServer
  private let times: Times
  private let queue = DispatchQueue(label: "holdfast.mail")
  private var handle: UnsafeMutableRawPointer?

  public init(_ server: MailServer, times: Times = .usual) {
    self.server = server
    self.times = times
  }

  deinit {
    guard let handle else { return }
    holdfast_curl_hang_up(handle)
    holdfast_curl_end(handle)
  }

  /// One attempt. Ends early, without an answer, where the task is cancelled.
  public func send(_ letter: Letter) async -> DeliveryOutcome {
    let exchange = SMTPExchange(letter)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async { continuation.resume(returning: self.attempt(letter, exchange)) }
      }
    } onCancel: {
      exchange.stop()
    }
  }

  // MARK: On the thread

  private static let start = holdfast_curl_start()

  private func attempt(_ letter: Letter, _ exchange: SMTPExchange) -> DeliveryOutcome {
    guard Self.start == 0, let handle = handle ?? holdfast_curl_make() else {
      return .retry(reason: "libcurl cannot be used", after: nil)
    }
    self.handle = handle
    holdfast_curl_clear(handle)
    let receivers = curl_slist_append(nil, "<\(letter.to.address)>")
    let (result, words) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CURL_ERROR_SIZE)) { buffer in
      buffer.initialize(repeating: 0)
      set(handle)
      _ = holdfast_curl_text(handle, CURLOPT_MAIL_FROM, "<\(letter.from.address)>")
      _ = holdfast_curl_list(handle, CURLOPT_MAIL_RCPT, receivers)
      _ = holdfast_curl_text(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress)
      exchange.attach(to: handle)
      let result = holdfast_curl_perform(handle)
      if result != CURLE_OK { holdfast_curl_hang_up(handle) }
      // Nothing that lives no longer may be looked at again.
      holdfast_curl_clear(handle)
      return (result, String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    curl_slist_free_all(receivers)
    if result != CURLE_OK {
      holdfast_curl_end(handle)
      self.handle = nil
    }
    return exchange.conversation.outcome(Self.end(result, words), secrets: secrets)
  }

  private var secrets: [String] { [server.login?.password?.reveal()].compactMap(\.self) }

  private func set(_ handle: UnsafeMutableRawPointer) {
    let scheme = server.security == .tls ? "smtps" : "smtp"
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host
    text(handle, CURLOPT_URL, "\(scheme)://\(host):\(server.port)")
    holdfast_curl_security(handle, server.security == .none ? 0 : 1)
    if let authorities = server.authorities {
      let bytes = Array(authorities.utf8)
      _ = bytes.withUnsafeBytes { holdfast_curl_bytes(handle, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count) }
    }
    // Never in the open, whatever the settings say.
    if server.security != .none, let login = server.login, let password = login.password {
      text(handle, CURLOPT_USERNAME, login.user)
      text(handle, CURLOPT_PASSWORD, password.reveal())
      text(handle, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
    }
    number(handle, CURLOPT_UPLOAD, 1)
    number(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(times.connect.microseconds / 1_000))
    number(handle, CURLOPT_TIMEOUT_MS, Int(times.whole.microseconds / 1_000))
    // A kept connection that has rested for longer may have been closed by the server.
    number(handle, CURLOPT_MAXAGE_CONN, 20)
    number(handle, CURLOPT_NOSIGNAL, 1)
    number(handle, CURLOPT_NOPROGRESS, 0)
    // No proxy that the environment happens to name for other programs.
    text(handle, CURLOPT_PROXY, "")
  }

  private func text(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String) {
    _ = holdfast_curl_text(handle, option, value)
  }

  private func number(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
    _ = holdfast_curl_number(handle, option, value)
  }

  private static func end(_ result: CURLcode, _ detail: String) -> SMTPEnd {
    let words = MailText.oneLine(detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail, limit: 200)
    return switch result {
    case CURLE_OK: .done
    case CURLE_LOGIN_DENIED: .loginDenied
    case CURLE_USE_SSL_FAILED: .noTLS
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR: .untrusted(words)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .unreachable(words)
    case CURLE_OPERATION_TIMEDOUT: .timedOut
    case CURLE_ABORTED_BY_CALLBACK: .stopped
    default: .broken(words)
    }
  }
}

/// One letter on its way: what libcurl calls while it sends.
///
/// @unchecked: all but `isStopped` is touched on the sender's thread only.
private final class SMTPExchange: @unchecked Sendable {
  private let bytes: [UInt8]
  private var sent = 0
  private let isStopped = Atomic(false)
  private(set) var conversation = SMTPConversation()

  init(_ letter: Letter) { bytes = Array(letter.text.utf8) }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Must live as long as the transfer, which the caller sees to.
  func attach(to handle: UnsafeMutableRawPointer) {
    holdfast_curl_callbacks(
      handle,
      { buffer, size, count, context in SMTPExchange.of(context)?.read(into: buffer, room: size * count) ?? 0 },
      { buffer, size, count, context in SMTPExchange.of(context)?.hear(buffer, size * count) ?? size * count },
      { context, _, _, _, _ in SMTPExchange.of(context)?.isStopped.load(ordering: .relaxed) == true ? 1 : 0 },
      Unmanaged.passUnretained(self).toOpaque())
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> SMTPExchange? {
    context.map { Unmanaged<SMTPExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  private func read(into buffer: UnsafeMutablePointer<CChar>?, room: Int) -> Int {
    let count = min(room, bytes.count - sent)
    guard let buffer, count > 0 else {
      // What ends the message follows at once.
      conversation.isOut = true
      return 0
    }
    for index in 0..<count { buffer[index] = CChar(bitPattern: bytes[sent + index]) }
    sent += count
    return count
  }

  private func hear(_ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    if let buffer {
      let line = UnsafeBufferPointer(start: buffer, count: min(count, 1_000)).map { UInt8(bitPattern: $0) }
      conversation.hear(String(decoding: line, as: UTF8.self))
    }
    return count
  }
}
