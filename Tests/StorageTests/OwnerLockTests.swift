import DatabaseKit
import Foundation
import SQLite
import Synchronization
import Testing

@Suite("The lock that says who serves an embedded database")
struct OwnerLockTests {
  @Test("One at a time has it, and the next one when the first is gone")
  func exclusive() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "holdfast-\(UUID().uuidString).db").path
    defer { try? FileManager.default.removeItem(atPath: path + ".owner") }
    var first = try OwnerLock(databasePath: path)
    #expect(first != nil)
    #expect(try OwnerLock(databasePath: path) == nil)
    first = nil
    #expect(try OwnerLock(databasePath: path) != nil)
  }

  /// A descriptor closed twice is somebody else's the second time: a customer's database may get what was meant for a socket.
  @Test("Whoever is refused it closes no file of anybody else")
  func refusal() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "holdfast-\(UUID().uuidString).db").path
    defer { try? FileManager.default.removeItem(atPath: path + ".owner") }
    let lock = try OwnerLock(databasePath: path)
    let (isDone, isAtWork) = (Flag(), Flag())
    let lost = Atomic(0)
    let other = Thread {
      while !isDone.isSet {
        let mine = open("/dev/null", O_RDONLY | O_CLOEXEC)
        sched_yield()
        if mine >= 0, close(mine) != 0 { lost.add(1, ordering: .relaxed) }
        isAtWork.set()
      }
    }
    other.start()
    while !isAtWork.isSet { sched_yield() }
    for _ in 0..<20_000 { #expect(try OwnerLock(databasePath: path) == nil) }
    isDone.set()
    while !other.isFinished { sched_yield() }
    #expect(lost.load(ordering: .relaxed) == 0)
    withExtendedLifetime(lock) {}
  }
}
