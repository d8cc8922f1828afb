import Dashboard
import Testing

@Suite struct HTMLTests {
  @Test func text_is_escaped_and_markup_is_not() {
    let name = "<script>alert('\"&')</script>\u{1}"
    let bold: HTML = "<b>\(name)</b>"
    let page: HTML = "<p title=\"\(name)\">\(bold)\(3)\(nil as HTML?)\([bold, bold].html { "<i>\($0)</i>" })</p>"
    let safe = "&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;\u{fffd}"
    #expect(page.text == "<p title=\"\(safe)\"><b>\(safe)</b>3<i><b>\(safe)</b></i><i><b>\(safe)</b></i></p>")
  }
}
