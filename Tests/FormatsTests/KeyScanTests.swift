import Formats
import Testing

@Suite struct KeyScanTests {
  private static let secret = String(repeating: "k", count: 43)

  @Test("Keys of both kinds in text are cut down to their kind")
  func redacted() {
    let write = "hf_write_" + Self.secret
    let api = "hf_api_" + Self.secret
    #expect(KeyScan.redacted(#"{"a":"\#(write)","b":"hf_write_cut"}"#) == #"{"a":"hf_write_…","b":"hf_write_…"}"#)
    #expect(KeyScan.redacted("Bearer \(api), \(write)\(api)!") == "Bearer hf_api_…, hf_write_…!")
    #expect(KeyScan.redacted("nothing hf_ hf_api hf_write") == "nothing hf_ hf_api hf_write")
  }

  @Test("The first write key is found among other text, an API key is none")
  func first() {
    let write = "hf_write_" + Self.secret
    #expect(KeyScan.firstWriteKey(in: Array("hf_api_\(Self.secret) hf_write_x \(write)!".utf8)) == write)
    #expect(KeyScan.firstWriteKey(in: Array("hf_api_\(Self.secret)".utf8)) == nil)
    #expect(KeyScan.firstWriteKey(in: Array("hf_write".utf8)) == nil)
  }
}
