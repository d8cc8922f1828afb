import Domain
import SQL
import Storage

/// What may be asked of the engine: the read side, shared by the HTTP interface and the command line.
public struct Inquiries: Sendable {
  public struct CustomerQuery: Hashable, Sendable {
    public enum Sort: String, Hashable, Sendable, CaseIterable {
      case score, name, id, started, mrr
    }
    /// A condition in the expression language, compiled by the caller's `Blueprint`; `nil`: all.
    public var condition: Formula?
    public var sort: Sort
    public var descending: Bool
    /// At least 1; callers that serve strangers bound it.
    public var limit: Int
    public var cursor: String?
    /// So many customers are looked at for a page, however few of them the condition holds for.
    public var examined: Int
    /// As of then; `nil`: now, from the stored scores.
    public var at: Instant?
    /// Only customers of this owner, however it is written (see `ListKeys.owner`); `nil`: of all and of none.
    public var owner: String?
    /// Only customers whose name or id begins so; of a name upper and lower case are the same. Of very many the first 200 by name and the
    /// first 200 by id are looked at.
    public var search: String?
    public init(
      condition: Formula? = nil, sort: Sort = .score, descending: Bool = false, limit: Int = 100, cursor: String? = nil,
      examined: Int = .max, at: Instant? = nil, owner: String? = nil, search: String? = nil
    ) {
      self.condition = condition
      self.sort = sort
      self.descending = descending
      self.limit = limit
      self.cursor = cursor
      self.examined = examined
      self.at = at
      self.owner = owner
      self.search = search
    }
  }

  /// A cursor that this list did not give out.
  public typealias InvalidCursor = AlertQueries.InvalidCursor

  /// Counts since the database was made, and how far the fold is behind.
  public struct Statistics: Hashable, Sendable {
    public var accepted: Int
    public var duplicate: Int
    public var rejected: Int
    /// Age of the oldest entry that is durable but not yet folded; 0 when there is none.
    public var foldLag: TimeSpan
    /// Rejections by the label of their reason.
    public var rejectedByReason: [String: Int]
    public init(accepted: Int, duplicate: Int, rejected: Int, foldLag: TimeSpan, rejectedByReason: [String: Int]) {
      self.accepted = accepted
      self.duplicate = duplicate
      self.rejected = rejected
      self.foldLag = foldLag
      self.rejectedByReason = rejectedByReason
    }
  }

  let database: any Database
  let current: CurrentBlueprint
  let time: any TimeSource
  private let fold: Fold?
  let movers = MoversMemory()

  /// - Parameter fold: that of this process, where it has one: what it has not written into roll-ups and index yet is shown all the same.
  public init(database: any Database, current: CurrentBlueprint, time: any TimeSource, fold: Fold? = nil) {
    self.database = database
    self.current = current
    self.time = time
    self.fold = fold
  }

  /// What is folded of a customer and may not be in its tables yet: to be asked before they are read. What they hold by then is told by
  /// their mark.
  func trailing(_ customer: String) -> [LogIndexRow] { fold?.trailing(customer) ?? [] }

}
