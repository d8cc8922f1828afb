import Domain
import Formats
import Testing

/// `{"event":"x"}`, compressed elsewhere.
private let gzipped = Base64.decode("H4sIAAAAAAACA6tWSi1LzStRslKqUKoFANucD88NAAAA".utf8)!
private let plain = Array(#"{"event":"x"}"#.utf8)
/// 1,000,000 zeros.
private let bombHead = Base64.decode(
  """
  H4sIAAAAAAACA+3BAQEAAACCIP+vbkhAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  AAAArwaey3kSQEIPAA==
  """.utf8)!

@Suite struct GzipTests {
  @Test("Members one after the other are read as one text, cut anywhere")
  func members() throws {
    let two = gzipped + gzipped + [0, 0, 0]
    #expect(try Gzip.inflate(two, limit: 100) == plain + plain)
    for cut in 0...two.count {
      let reader = try GzipReader()
      var output: [UInt8] = []
      try reader.feed(Array(two[..<cut])) { output += $0 }
      try reader.feed(Array(two[cut...])) { output += $0 }
      try reader.finish()
      #expect(output == plain + plain)
    }
  }

  @Test("A bomb is stopped at the limit")
  func bombs() throws {
    #expect(throws: GzipError.tooLarge(limit: 100_000)) { try Gzip.inflate(bombHead, limit: 100_000) }
    #expect(try Gzip.inflate(bombHead, limit: 1_000_000).count == 1_000_000)
  }

  @Test("Incomplete, damaged and foreign bytes are told apart from good ones, and never crash")
  func damaged() {
    #expect(throws: GzipError.truncated) { try Gzip.inflate(Array(gzipped.dropLast()), limit: 100) }
    #expect(throws: GzipError.corrupt) { try Gzip.inflate(gzipped + [7], limit: 100) }
    #expect(throws: GzipError.corrupt) { try Gzip.inflate(plain, limit: 100) }
    var random = SplitMix64(seed: 5)
    for _ in 0..<2_000 {
      var bytes = gzipped
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
      if let output = try? Gzip.inflate(bytes, limit: 1_000) { #expect(output.count <= 1_000) }
    }
  }

  @Test("Base64 in both alphabets, padded or not")
  func base64() {
    #expect(Base64.decode("eyJhIjoxfQ==".utf8) == Array(#"{"a":1}"#.utf8))
    #expect(Base64.decode("eyJhIjoxfQ".utf8) == Array(#"{"a":1}"#.utf8))
    #expect(Base64.decode("-_+/".utf8) == [0xFB, 0xFF, 0xBF])
    #expect(Base64.urlText([0xFB, 0xFF, 0xBF]) == "-_-_")
    let samples: [[UInt8]] = [[], [0], [0, 1], [255, 254, 253, 252]]
    #expect(samples.map { Base64.urlText($0) } == ["", "AA", "AAE", "__79_A"])
    #expect(Base64.decode("a".utf8) == nil)
    #expect(Base64.decode("a*==".utf8) == nil)
    #expect(Base64.decode("ab=c".utf8) == nil)
  }
}

@Suite struct TrackingBodyTests {
  @Test("Whatever SDKs wrap around their JSON is undone")
  func wrappings() {
    #expect(TrackingBody.decode(plain) == .success(plain))
    #expect(TrackingBody.decode(gzipped, contentEncoding: "gzip") == .success(plain))
    #expect(TrackingBody.decode(gzipped, contentType: "text/plain", query: "compression=gzip-js&_=1714557605000") == .success(plain))
    #expect(TrackingBody.decode(plain, contentEncoding: "gzip") == .success(plain))
    let form = "compression=base64&data=eyJldmVudCI6IngifQ%3D%3D"
    #expect(TrackingBody.decode(Array(form.utf8), contentType: "application/x-www-form-urlencoded") == .success(plain))
    #expect(TrackingBody.decode(Array("data=eyJldmVudCI6IngifQ%3D%3D".utf8), query: "compression=base64") == .success(plain))
    #expect(TrackingBody.decode([], query: "data=eyJldmVudCI6IngifQ%3D%3D") == .success(plain))
    let packed = "data=H4sIAAAAAAACA6tWSi1LzStRslKqUKoFANucD88NAAAA"
    #expect(TrackingBody.decode(Array(packed.utf8)) == .success(plain))
    #expect(TrackingBody.decode(plain, contentType: "application/x-www-form-urlencoded") == .success(plain))
  }

  @Test("What cannot be undone is refused")
  func refused() {
    #expect(TrackingBody.decode(Array(gzipped.dropLast(4))) == .failure(.damaged))
    #expect(TrackingBody.decode(plain, contentEncoding: "br") == .failure(.unsupportedEncoding("br")))
    #expect(TrackingBody.decode(plain, limits: .init(received: 3, decoded: 3)) == .failure(.tooLarge(limit: 3)))
    #expect(TrackingBody.decode(bombHead, limits: .init(received: 9_999, decoded: 9_999)) == .failure(.tooLarge(limit: 9_999)))
    #expect(TrackingBody.decode(Array("data=%%%".utf8)) == .failure(.notBase64))
  }

  @Test("The send time in the query")
  func sentAt() {
    #expect(TrackingBody.sentAt(query: "ip=1&_=1714557605000") == time("2024-05-01T10:00:05Z"))
    #expect(TrackingBody.sentAt(query: "sent_at=2024-05-01T10%3A00%3A05Z") == time("2024-05-01T10:00:05Z"))
    #expect(TrackingBody.sentAt(query: nil) == nil)
  }
}
