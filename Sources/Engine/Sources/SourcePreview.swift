import Domain
import Formats
import SQL

/// A look at a source that takes nothing and leaves no trace.
public struct SourcePreview: Sendable {
  let source: Source
  let time: any TimeSource
  let open: @Sendable (SourceDatabase) throws -> any ForeignDatabase

  /// - Parameter open: opens the source's database. - Throws: `ForeignFailure`.
  public init(source: Source, time: any TimeSource, open: @escaping @Sendable (SourceDatabase) throws -> any ForeignDatabase) {
    self.source = source
    self.time = time
    self.open = open
  }

  /// What the first rows would become, in the order of their ids.
  /// - Throws: `SourceFailure`.
  public func rows(limit: Int) async throws -> [(row: Formats.Row, outcome: RecordOutcome)] {
    do {
      let reader = try source.reader
      guard let table = try await SourceTable.open(source, open) else { return [] }
      let page = try await table.read(table.statements.page(id: table.id, after: nil, limit: limit))
      try await table.foreign.close()
      return page.rows.compactMap { $0.row }.map { ($0, reader.read($0, receivedAt: time.now())) }
    } catch {
      throw SourceFailure.from(error) ?? .other("\(error)")
    }
  }
}
