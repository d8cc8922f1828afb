import Foundation

extension String {
  /// The text in Unicode's composed form (NFC). Swift takes `é` and `e` with a combining accent for the same text, a database compares
  /// bytes: ids and names are brought into this one form where they come in.
  var composed: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    return precomposedStringWithCanonicalMapping
  }
}
