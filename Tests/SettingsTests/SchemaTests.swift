import Domain
import Foundation
import Settings
import Testing
import Yams

@Suite("JSON Schema")
struct SchemaTests {
  @Test("is JSON and says which dialect it is")
  func isJSON() throws {
    let object = try JSONSerialization.jsonObject(with: Data(SettingsSchema.text.utf8)) as? [String: Any]
    #expect(object?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(SettingsSchema.json["properties"]?["health"]?["properties"]?["bands"]?["properties"]?["healthy_from"]?["default"] == 70)
  }

  @Test("knows every key of the starters and of the test file")
  func keys() throws {
    for text in (Starter.sop.files + Starter.full.files).map(\.text) + [Fixture.base] {
      let node = try #require(try Yams.compose(yaml: text))
      check(node, SettingsSchema.json, at: "")
    }
  }

  /// Follows the schema wherever the file goes; a key that no alternative describes is an issue.
  private func check(_ node: Node, _ schema: JSON, at path: String) {
    let alternatives = [schema] + (schema["anyOf"]?.array ?? []) + (schema["oneOf"]?.array ?? [])
    if let mapping = node.mapping {
      for (key, value) in mapping {
        let name = key.string ?? "?"
        let found = alternatives.compactMap { alternative -> JSON? in
          if let properties = alternative["properties"] { return properties[name] }
          return alternative["additionalProperties"]?.members == nil ? nil : alternative["additionalProperties"]
        }
        #expect(!found.isEmpty, "\(path)/\(name)")
        if let first = found.first { check(value, found.first { $0["type"] != nil } ?? first, at: "\(path)/\(name)") }
      }
    } else if let sequence = node.sequence, let items = alternatives.compactMap({ $0["items"] }).first {
      for item in sequence { check(item, items, at: path + "[]") }
    }
  }

  @Test("describes every key")
  func descriptions() {
    func visit(_ schema: JSON, _ path: String) {
      for member in schema["properties"]?.members ?? [] {
        #expect((member.value["description"]?.string ?? "").count > 4, "\(path)/\(member.name)")
        visit(member.value, "\(path)/\(member.name)")
      }
      for alternative in (schema["anyOf"]?.array ?? []) + (schema["oneOf"]?.array ?? []) { visit(alternative, path) }
      if let values = schema["additionalProperties"] { visit(values, path + "/*") }
      if let items = schema["items"] { visit(items, path + "[]") }
    }
    visit(SettingsSchema.json, "")
  }
}
