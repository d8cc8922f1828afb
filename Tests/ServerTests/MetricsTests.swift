import Domain
import HTTPTypes
import Testing

@testable import Server

@Suite struct MetricsTests {
  @Test("/metrics is for keys of its own scope and for API keys")
  func access() async throws {
    try await TestServer.run { server in
      #expect(try await server.send(.get, "/metrics").status == 401)
      #expect(try await server.send(.get, "/metrics", headers: [.authorization: "Bearer \(server.writeKey)"]).status == 403)
      let key = try await server.keys.create(scope: .metrics, name: "prometheus")
      #expect(key.hasPrefix("hf_metrics_"))
      server.time.advance(by: .seconds(5))
      #expect(try await server.send(.get, "/metrics", headers: [.authorization: "Bearer \(key)"]).status == 200)
      #expect(try await server.send(.get, "/api/v1/stats", headers: [.authorization: "Bearer \(key)"]).status == 403)
    }
  }

  @Test("Requests are counted by route, not by address, and every answer names its request")
  func requests() async throws {
    try await TestServer.run(log: LogCapture()) { server in
      let first = try await server.api(.get, "/api/v1/customers/acme")
      let second = try await server.api(.get, "/api/v1/customers/globex")
      _ = try await server.send(.get, "/no/such/page")
      let ids = [first, second].map { $0.headers[HTTPField.Name("X-Request-Id")!] }
      #expect(ids.allSatisfy { $0?.isEmpty == false } && ids[0] != ids[1])
      let text = try await server.api(.get, "/metrics").text
      #expect(text.contains(#"request_duration_seconds_count{method="GET",route="/api/v1/customers/{id}",status="4xx"} 2"#))
      #expect(text.contains(#"request_duration_seconds_count{method="GET",route="none",status="4xx"} 1"#))
      #expect(!text.contains("acme") && !text.contains("such"))
      #expect(text.contains("process_resident_memory_bytes 44040192\n"))
      #expect(text.contains(#"holdfast_build_info{version="1.2.3"} 1"#))
    }
  }

  @Test("A histogram counts everything up to each bound, and labels are escaped")
  func format() {
    var histogram = Histogram()
    for seconds in [0.001, 0.002, 0.3, 60] { histogram.add(seconds) }
    var metrics = MetricsText()
    metrics.add("t", "Time.", [([("a", "x\"\\\n")], histogram)])
    let lines = metrics.text.split(separator: "\n")
    #expect(lines.prefix(3) == ["# HELP t Time.", "# TYPE t histogram", #"t_bucket{a="x\"\\\n",le="0.001"} 1"#])
    #expect(lines.contains(#"t_bucket{a="x\"\\\n",le="0.0025"} 2"#) && lines.contains(#"t_bucket{a="x\"\\\n",le="0.5"} 3"#))
    #expect(lines.contains(#"t_bucket{a="x\"\\\n",le="10"} 3"#) && lines.contains(#"t_bucket{a="x\"\\\n",le="+Inf"} 4"#))
    #expect(lines.contains(#"t_sum{a="x\"\\\n"} 60.303"#) && lines.contains(#"t_count{a="x\"\\\n"} 4"#))
  }
}
