/// What every page looks like and what its script adds: one style sheet and one script, served as they are under names that hold their
/// digest. The language they speak is stated in `docs/design.md`.
public enum Look {
  /// The style sheet. Nothing in it leads to another address.
  public static let style = [palette, base, bar, controls, blocks, lists, tables, charts, explanation, paper].joined(separator: "\n")

  /// The script; every page works without it.
  public static let script = "\"use strict\";\n" + [keys, live, completion].joined(separator: "\n")
}
