import Connectors
import Domain
import Testing

@Suite("A letter on the wire")
struct LetterTests {
  private let at = Instant(iso8601: "2026-11-30T09:05:07Z") ?? .epoch

  private func letter(
    _ kind: MailMessage.Kind = .alert, subject: String = "Hello", from: String = "Holdfast <holdfast@example.com>",
    to: String = "ann@example.com", blocks: [MailMessage.Block] = [.text("Hello")], key: String = "alert/critical/acme/1/ann@example.com"
  ) throws -> Letter {
    let message = MailMessage(kind: kind, company: "Initech", to: MailAddress(to), subject: subject, blocks: blocks, footer: "Why")
    let sender = try #require(MailAddress(from))
    return try #require(Letter(message, from: sender, key: key, at: at))
  }

  /// Lines of the wire; none may be longer than 998 bytes, or hold anything but ASCII.
  private func check(_ letter: Letter) {
    let lines = letter.text.utf8.split(separator: 10, omittingEmptySubsequences: false)
    #expect(lines.last?.isEmpty == true, "the last line ends")
    for line in lines.dropLast() {
      #expect(line.last == 13 && line.dropLast().allSatisfy { $0 != 13 && ($0 == 9 || (0x20...0x7E).contains($0)) })
      #expect(line.count <= 79, "\(String(decoding: line, as: UTF8.self))")
    }
  }

  @Test("Its header says who, what and when, and that a machine wrote it")
  func header() throws {
    let letter = try letter()
    check(letter)
    let mail = ParsedMail(letter.text)
    #expect(mail["From"] == ["Holdfast <holdfast@example.com>"] && mail["To"] == ["<ann@example.com>"])
    #expect(mail["Subject"] == ["Hello"] && mail["Date"] == ["Mon, 30 Nov 2026 09:05:07 +0000"])
    #expect(mail["Auto-Submitted"] == ["auto-generated"] && mail["MIME-Version"] == ["1.0"])
    #expect(mail["Precedence"] == [] && mail["List-Unsubscribe"] == [])
    let digest = ParsedMail(try self.letter(.digest).text)
    #expect(digest["Precedence"] == ["bulk"])
    #expect(digest["List-Unsubscribe"] == ["<mailto:holdfast@example.com?subject=unsubscribe>"])
  }

  @Test("Its id is that of the delivery: the same at every attempt, another for every other")
  func id() throws {
    #expect(try letter().text == letter().text)
    let ids = try Set(
      [letter(), letter(key: "other"), letter(to: "bob@example.com")].map { ParsedMail($0.text)["Message-ID"] })
    #expect(ids.count == 3 && ids.allSatisfy { $0.count == 1 && $0[0].hasPrefix("<") && $0[0].hasSuffix("@example.com>") })
  }

  @Test("Both parts say the same, whatever letters and lengths there are")
  func parts() throws {
    let long = String(repeating: "long word ", count: 55) + "end"
    let words = ["Müller & Söhne <GmbH>", "日本語のテキスト", "👨‍👩‍👧‍👦 = family", ".dot", "From here", "trailing ", "=3D", long]
    let letter = try letter(blocks: words.map { .text($0) })
    check(letter)
    let mail = ParsedMail(letter.text)
    #expect(mail.parts.map { $0["Content-Type"] } == [["text/plain; charset=utf-8"], ["text/html; charset=utf-8"]])
    #expect(mail.parts.allSatisfy { $0["Content-Transfer-Encoding"] == ["quoted-printable"] })
    #expect(mail.parts[0].body == letter.plain && mail.parts[1].body == letter.html)
    for word in words {
      #expect(letter.plain.contains(word))
      let escaped = word.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      #expect(letter.html.contains(escaped))
    }
  }

  @Test(
    "A subject arrives as it was, on as many lines as it needs",
    arguments: [
      "Hello", "Größe: 5 €", "=?utf-8?Q?forged?=", "日本語のとても長い件名が折り返されても一文字も失われないことを確かめるための件名です",
      "a  b", String(repeating: "word ", count: 40) + "end", String(repeating: "x", count: 200), "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦",
    ])
  func subject(text: String) throws {
    let letter = try letter(subject: text)
    check(letter)
    #expect(ParsedMail(letter.text)["Subject"] == [text])
  }

  @Test(
    "No name can make a header, a part or markup of its own",
    arguments: [
      "<script>alert(1)</script>\r\nBcc: x@y.z", "a\nBcc: x@y.z", "a\rBcc: x@y.z", "a\u{2028}Bcc: x@y.z", "a\u{85}Bcc: x@y.z",
      "\r\n\r\n<b>body</b>", "--=_boundary--", "a\u{0}b\u{8}", "\" onclick=\"x\"><img src=http://x/>", "\u{202E}gnp.exe",
    ])
  func hostile(name: String) throws {
    let row = MailMessage.Row(title: name, link: "https://cs.example.com/\(name)", detail: name, side: name)
    let letter = try letter(
      subject: name,
      blocks: [.heading(name), .text(name), .rows([row]), .figures([.init(label: name, value: name, detail: name)]), .note(name)])
    check(letter)
    let mail = ParsedMail(letter.text)
    #expect(mail["Bcc"] == [] && mail["Subject"].count == 1 && mail.headers.count == 8 && mail.parts.count == 2)
    let html = letter.html.lowercased()
    #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("\" onclick"))
    #expect(html.components("href=\"").dropFirst().allSatisfy { $0.hasPrefix("https://cs.example.com/--=") })
    #expect(!letter.plain.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E || $0.value == 0x2028 })
  }

  @Test("Links lead to addresses of the web only")
  func links() throws {
    let urls = ["https://cs.example.com/customers/a%20b?x=1&y=2", "javascript:alert(1)", "https://x/\"><b>", "ftp://x", "data:text/html,x"]
    let letter = try letter(blocks: urls.map { .link(.init(label: "Go", url: $0)) })
    #expect(
      letter.html.components("href=\"").dropFirst().map { $0.prefix { $0 != "\"" } } == [
        "https://cs.example.com/customers/a%20b?x=1&amp;y=2"
      ])
    #expect(letter.plain.contains("Go:\nhttps://cs.example.com/customers/a%20b?x=1&y=2\n") && !letter.plain.contains("javascript"))
    #expect(!letter.html.contains("<img") && !letter.html.contains("<script") && !letter.html.contains("url("))
  }

  @Test("A name that is not plain stands encoded before the address")
  func names() throws {
    let mail = ParsedMail(try letter(from: "Erfolg, Müller <a@example.com>", to: "\"Ann (CS)\" <ann@example.com>").text)
    #expect(mail["From"] == ["Erfolg, Müller <a@example.com>"] && mail["To"] == ["Ann (CS) <ann@example.com>"])
    #expect(try letter(from: "Erfolg, Müller <a@example.com>").text.contains("From: =?utf-8?Q?Erfolg=2C_M=C3=BCller?= <a@example.com>\r\n"))
  }

  @Test("Without a receiver there is no letter")
  func nobody() throws {
    let message = MailMessage(kind: .alert, company: "Initech", subject: "Hello", blocks: [])
    let sender = try #require(MailAddress("a@example.com"))
    #expect(Letter(message, from: sender, key: "k", at: at) == nil)
  }
}

extension String {
  /// The pieces between every occurrence of a text.
  fileprivate func components(_ separator: String) -> [Substring] { split(separator: separator, omittingEmptySubsequences: false) }
}
