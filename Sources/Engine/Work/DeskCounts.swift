import Domain
import SQL
import Storage

extension Desk {
  /// How many tasks a filter has, counted so far.
  /// - Throws: `DatabaseFailure`.
  public func countedTasks(_ filter: TaskQueries.Filter) async throws -> TodayDigest.Count {
    try await database.read { try TodayDigest.Count(TaskQueries.count(filter, limit: TodayDigest.Count.limit + 1, $0)) }
  }
}
