import Foundation

/// How many random cases a property looks at: `usual`, or so many times that as the environment's `HOLDFAST_TEST_EFFORT` says.
package func cases(_ usual: Int) -> UInt64 {
  let effort = ProcessInfo.processInfo.environment["HOLDFAST_TEST_EFFORT"].flatMap { Int($0) } ?? 1
  return UInt64(usual * max(effort, 1))
}
