import Domain
import Formats

private let encodings = [nil, "gzip", "identity", "br", ""]
private let types = [nil, "application/json", "application/x-www-form-urlencoded", "text/plain"]

func checkBody(_ input: FuzzInput) {
  var input = input
  let choice = Int(input.choice())
  let limit = 4_000
  var reserved = 0
  let result = TrackingBody.decode(
    input.bytes, contentEncoding: encodings[choice % encodings.count], contentType: types[choice / 8 % types.count],
    query: choice >= 128 ? input.text : nil, limits: .init(received: limit, decoded: limit)
  ) { count in
    reserved += count
    return reserved <= 10 * limit
  }
  if case .success(let bytes) = result { hold(bytes.count <= limit, "no more comes out than the limit: \(bytes.count)") }
  hold(reserved <= limit, "no more is asked for than the limit: \(reserved)")
  checkGzip(&input)
  checkKeys(input)
  checkBase64(input)
}

private struct Unpacked: Equatable {
  var bytes: [UInt8] = []
  var failed = false
}

private func checkGzip(_ input: inout FuzzInput) {
  func unpacked(_ pieces: [[UInt8]]) -> Unpacked {
    var result = Unpacked()
    do {
      let reader = try GzipReader()
      for piece in pieces {
        try reader.feed(piece) { (chunk) throws(GzipError) in
          hold(chunk.count <= 64 << 10, "what is unpacked comes in small chunks")
          guard result.bytes.count < 1 << 20 else { throw GzipError.tooLarge(limit: 1 << 20) }
          result.bytes += chunk
        }
      }
      try reader.finish()
    } catch {
      result = Unpacked(failed: true)
    }
    return result
  }
  hold(unpacked([input.bytes]) == unpacked(input.pieces()), "where compressed data is cut makes no difference")
}

private func checkKeys(_ input: FuzzInput) {
  if let key = KeyScan.firstWriteKey(in: input.bytes) {
    hold(key.utf8.count == "hf_write_".utf8.count + KeyScan.secretLength, "a key has its length: \(key)")
  }
  let redacted = KeyScan.redacted(input.text)
  hold(KeyScan.firstWriteKey(in: Array(redacted.utf8)) == nil, "no key is left in what is shown")
}

private func checkBase64(_ input: FuzzInput) {
  guard let decoded = Base64.decode(input.bytes) else { return }
  hold(decoded.count <= input.bytes.count / 4 * 3 + 3, "base64 never makes more of less")
  hold(Base64.decode(Base64.urlText(decoded).utf8) == decoded, "what is written in base64 is read again")
}
