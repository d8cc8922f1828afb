/// The same load on one node and on two nodes of one database.
struct NodesScenario {
  let stage: Stage

  func play(into report: inout Report) throws {
    let one = try run(nodes: ["first"])
    let two = try run(nodes: ["first", "second"])
    report.section("Nodes of one database at full speed")
    report.rate("nodes_one_folded_per_second", "one node, answered and scored", one.foldedRate, "events")
    report.rate("nodes_two_folded_per_second", "two nodes, answered and scored", two.foldedRate, "events")
    report.ratio("nodes_two", "two nodes, × one", two.foldedRate, to: one.foldedRate)
    if let rows = stage.yardsticks.rows[stage.database] {
      report.share("nodes_two", "two nodes, share of the bare database", two.foldedRate, of: rows, note: "of \(stage.database.yardstick)")
    }
    report.durations("nodes_two_batch", "two nodes, answer to a batch", two.sent.latency)
    report.durations("nodes_two_fold_lag", "two nodes, fold lag", two.lag, withMaximum: true)
    report.memory("nodes_two_memory_peak", "two nodes, memory at most", two.memoryPeak, note: "of both")
  }

  private func run(nodes: [String]) throws -> IntakeRun.Result {
    var result = IntakeRun.Result()
    try stage.withInstallation("nodes") { installation in
      let servers = try nodes.map { try installation.start($0) }
      try waitUntilShared(among: nodes.count, installation)
      result = try IntakeRun(installation, servers, stage.options).run()
      for server in servers { try server.stop() }
    }
    return result
  }

  /// Waits until each node owns its share of the customers, never more than the rounding above the others'.
  private func waitUntilShared(among nodes: Int, _ installation: Installation) throws {
    let connection = try installation.place.connect()
    let owners = "SELECT COUNT(*) FROM (SELECT owner FROM shard GROUP BY owner HAVING owner IS NOT NULL AND COUNT(*) BETWEEN"
    try Clock.wait(upTo: 120, for: "the nodes to share the customers", every: 0.05) {
      try connection.number("\(owners) \(256 / nodes) AND \((255 + nodes) / nodes)) AS share") == nodes
    }
  }
}
