/// Maps characters of a YAML scalar's value to where they stand in the file, for errors inside expressions.
struct ScalarPositions {
  private let lines: [[Unicode.Scalar]]

  /// - Parameter text: with one kind of line end.
  init(text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
  }

  /// Where character `offset` of the value stands that begins at `place`. Exact for plain and quoted scalars; for block scalars
  /// as near as can be.
  func place(of offset: Int, from place: Place, style: Located.Style) -> Place {
    guard lines.indices.contains(place.line - 1) else { return place }
    var cursor = Cursor(lines: lines, line: place.line - 1, column: place.column - 1)
    switch style {
    case .plain: cursor.skip(offset, escapes: nil)
    case .singleQuoted:
      cursor.column += 1
      cursor.skip(offset, escapes: "'")
    case .doubleQuoted:
      cursor.column += 1
      cursor.skip(offset, escapes: "\\")
    case .block: cursor.skipBlock(offset)
    }
    return Place(file: place.file, line: cursor.line + 1, column: cursor.column + 1)
  }

  private struct Cursor {
    let lines: [[Unicode.Scalar]]
    var line: Int
    var column: Int

    private func letter(_ ahead: Int = 0) -> Unicode.Scalar? {
      let at = column + ahead
      return lines[line].indices.contains(at) ? lines[line][at] : nil
    }

    /// Flow scalars: a line break with the white space around it is one space, each empty line after it a line break.
    mutating func skip(_ count: Int, escapes: Unicode.Scalar?) {
      var left = count
      while true {
        while escapes == "\\", letter() == "\\", letter(1) == nil, line + 1 < lines.count { nextContentLine() }
        guard left > 0 else { break }
        if isLineEnd {
          guard line + 1 < lines.count else { return }
          left -= fold()
        } else {
          column += width(escapes)
          left -= 1
        }
      }
      if isLineEnd, letter() == nil, line + 1 < lines.count, count > 0 { return }
    }

    /// Only white space is left on the line.
    private var isLineEnd: Bool { column >= lines[line].count || lines[line][column...].allSatisfy { $0 == " " || $0 == "\t" } }

    private mutating func nextContentLine() {
      line += 1
      column = lines[line].firstIndex { $0 != " " && $0 != "\t" } ?? lines[line].count
    }

    /// Goes to the next line with content; how many characters of the value that was.
    private mutating func fold() -> Int {
      var breaks = 0
      repeat {
        nextContentLine()
        breaks += 1
      } while isLineEnd && line + 1 < lines.count
      return max(1, breaks - 1)
    }

    /// How many characters in the file make the one at the cursor.
    private func width(_ escapes: Unicode.Scalar?) -> Int {
      guard let escapes, letter() == escapes else { return 1 }
      guard escapes == "\\" else { return 2 }
      switch letter(1) {
      case "x": return 4
      case "u": return 6
      case "U": return 10
      default: return 2
      }
    }

    /// Block scalars: the text begins on the line after the sign, without its indentation.
    mutating func skipBlock(_ count: Int) {
      guard line + 1 < lines.count else { return }
      line += 1
      column = 0
      while line + 1 < lines.count, isLineEnd { line += 1 }
      let indent = lines[line].prefix { $0 == " " }.count
      column = indent
      var left = count
      while left > 0 {
        let available = max(0, lines[line].count - column)
        if left <= available {
          column += left
          return
        }
        guard line + 1 < lines.count else { return }
        left -= available + 1
        line += 1
        column = min(indent, lines[line].count)
      }
    }
  }
}
