import Domain
import Engine
import Formats
import Foundation
import Postgres
import SQL
import SQLite

/// Opens the databases of sources. Paths of files begin at the configuration's directory.
struct ForeignDatabases: Sendable {
  let folder: String

  init(config: ConfigOption) { folder = config.path }

  /// Tells this process from all others that read sources.
  static let owner =
    "\(ProcessInfo.processInfo.hostName) \(ProcessInfo.processInfo.processIdentifier) \(UInt64.random(in: 0...UInt64.max))"

  /// - Throws: `ForeignFailure`.
  @Sendable func open(_ place: SourceDatabase) throws -> any ForeignDatabase {
    switch place {
    case .sqlite(let path): try SQLiteSourceFile(path: path.hasPrefix("/") ? path : folder + "/" + path)
    case .postgres(let url):
      try PostgresSourceDatabase(url: url.reveal()) { try await SystemClock().sleep(for: .milliseconds(Int64($0 * 1_000))) }
    }
  }

  func sync(_ source: Source, _ house: House, _ sink: any IntakeSink) -> SourceSync {
    SourceSync(source: source, database: house.database, sink: sink, time: house.time, owner: Self.owner, open: open)
  }

  /// What the first rows of a source would become. - Throws: `SourceFailure`.
  func preview(_ source: Source, limit: Int) async throws -> [(row: Formats.Row, outcome: RecordOutcome)] {
    try await SourcePreview(source: source, time: SystemClock(), open: open).rows(limit: limit)
  }
}
