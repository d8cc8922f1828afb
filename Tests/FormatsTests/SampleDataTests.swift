import Domain
import Formats
import Foundation
import Testing

/// Data sets that are no part of the repository: a folder beside it, or the one named by `HOLDFAST_SAMPLES`.
private let samples: URL = {
  if let path = ProcessInfo.processInfo.environment["HOLDFAST_SAMPLES"] { return URL(filePath: path) }
  return URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data").standardizedFileURL
}()

private func isThere(_ folder: String) -> Bool { FileManager.default.fileExists(atPath: samples.appending(path: folder).path) }

@Suite struct SampleDataTests {
  /// What a whole file came to.
  struct Count: Equatable, CustomStringConvertible {
    var entries = 0
    var distinct = 0
    var passedOver = 0
    var rejected: [String: Int] = [:]
    var description: String { "\(entries) entries, \(distinct) distinct, \(passedOver) passed over, rejected \(rejected)" }
  }

  private func rows(_ file: String, _ take: (RowItem) -> Void) throws {
    let reader = RowReader()
    let handle = try FileHandle(forReadingFrom: samples.appending(path: file))
    defer { try? handle.close() }
    while let data = try handle.read(upToCount: 64 << 10), !data.isEmpty { try reader.feed(Array(data), take) }
    try reader.finish(take)
  }

  private func count(_ kind: RecordKind, _ file: String, _ mapping: String, folder: String) throws -> Count {
    let map = try ColumnMap(json: try JSON.parse(mapping))
    var tables: [Lookup: LookupTable] = [:]
    for lookup in map.lookups {
      var table = LookupTable()
      try rows(folder + "/" + lookup.file) { if case .row(let row) = $0 { table.add(row, for: lookup) } }
      tables[lookup] = table
    }
    let reader = try RecordReader(kind: kind, map: map, tables: tables)
    let now = time("2026-01-01")
    var ids: Set<String> = []
    var count = Count()
    try rows(folder + "/" + file) { item in
      guard case .row(let row) = item else {
        Issue.record("\(item)")
        return
      }
      switch reader.read(row, receivedAt: now) {
      case .entry(let entry):
        count.entries += 1
        ids.insert(entry.messageID)
      case .passedOver: count.passedOver += 1
      case .rejected(let error): count.rejected[error.reason.rawValue, default: 0] += 1
      }
    }
    count.distinct = ids.count
    return count
  }

  @Test("RavenStack is read without a loss", .enabled(if: isThere("ravenstack-saas"), "the data set ravenstack-saas is not there"))
  func ravenstack() throws {
    let folder = "ravenstack-saas"
    #expect(
      try count(.customers, "ravenstack_accounts.csv.gz", #"{"created_at":"signup_date"}"#, folder: folder)
        == Count(entries: 500, distinct: 500))
    #expect(try count(.subscriptions, "ravenstack_subscriptions.csv.gz", "{}", folder: folder) == Count(entries: 5_000, distinct: 5_000))
    #expect(try count(.tickets, "ravenstack_support_tickets.csv.gz", "{}", folder: folder) == Count(entries: 2_000, distinct: 2_000))
    let usage =
      #""event":"feature_name","at":"usage_date","#
      + #""customer":{"lookup":"ravenstack_subscriptions.csv.gz","key":"subscription_id","take":"account_id"}"#
    #expect(
      try count(.events, "ravenstack_feature_usage.csv.gz", "{\(usage)}", folder: folder) == Count(entries: 25_000, distinct: 25_000))
    #expect(
      try count(.events, "ravenstack_feature_usage.csv.gz", #"{"message_id":"usage_id",\#(usage)}"#, folder: folder)
        == Count(entries: 25_000, distinct: 25_000 - 21))
  }

  @Test("learning365 is read without a loss", .enabled(if: isThere("learning365"), "the data set learning365 is not there"))
  func learning() throws {
    let folder = "learning365"
    #expect(
      try count(.customers, "365_student_info.csv.gz", #"{"id":"student_id","created_at":"date_registered"}"#, folder: folder)
        == Count(entries: 35_230, distinct: 35_230))
    let end = #"{"months_after":"date_purchased","by":"purchase_type","months":{"Monthly":1,"Quarterly":3,"Annual":12}}"#
    #expect(
      try count(
        .subscriptions, "365_student_purchases.csv.gz",
        #"{"id":"purchase_id","customer":"student_id","started_at":"date_purchased","canceled_at":\#(end)}"#, folder: folder)
        == Count(entries: 3_041, distinct: 3_041))
    let ratings = #"{"contact":"student_id","event":{"constant":"course_rated"},"at":"date_rated"}"#
    #expect(try count(.events, "365_course_ratings.csv.gz", ratings, folder: folder) == Count(entries: 2_500, distinct: 2_500))
  }
}
