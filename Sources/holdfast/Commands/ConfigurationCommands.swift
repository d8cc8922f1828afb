import ArgumentParser
import Foundation
import Settings

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "init", abstract: "Write a commented configuration to start from.")

  @Argument(help: "The directory to write to; it is made if need be.") var directory: String
  @Option(help: "Which one: \(Starter.all.map(\.name).joined(separator: " or ")).") var starter = "sop"

  func run() async throws {
    guard let starter = Starter.named(starter) else {
      throw ValidationError("there is no starter “\(starter)”; there are \(Starter.all.map(\.name).joined(separator: " and "))")
    }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let taken = starter.files.map { directory + "/" + $0.name }.filter { FileManager.default.fileExists(atPath: $0) }
    guard taken.isEmpty else { throw Refusal("\(taken.joined(separator: ", ")) is there already; nothing was written") }
    for file in starter.files {
      try Data(file.text.utf8).write(to: URL(fileURLWithPath: directory + "/" + file.name), options: .atomic)
      print(directory + "/" + file.name)
    }
    Terminal.note(
      """
      The starter “\(starter.name)” is in \(directory): \(starter.summary)
      Next: holdfast check --config \(directory)
            holdfast key add --scope write
            holdfast serve --config \(directory)
      """)
  }
}

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a configuration: every error at once, with file, line, column and a suggestion.")

  @OptionGroup var config: ConfigOption
  @Argument(help: "The directory; as --config.") var directory: String?

  func run() async throws {
    var config = config
    if let directory { config.config = directory }
    let result = SettingsDirectory(path: config.path).load(environment: ProcessInfo.processInfo.environment)
    for diagnostic in result.diagnostics { print("\(diagnostic)") }
    guard let blueprint = result.blueprint else {
      Terminal.note("\(result.errors.count) error\(result.errors.count == 1 ? "" : "s") in \(config.path)")
      throw ExitCode(1)
    }
    let warnings = result.diagnostics.isEmpty ? "" : ", \(result.diagnostics.count) warning\(result.diagnostics.count == 1 ? "" : "s")"
    Terminal.note(
      """
      \(config.path) is fine\(warnings): \(blueprint.catalog.features.count) features, \(blueprint.segments.count) segments, \
      model \(blueprint.model.version)
      """
    )
  }
}

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of the configuration, for editors.")

  func run() async throws { print(SettingsSchema.text) }
}
