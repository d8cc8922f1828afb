import Domain

/// How many customers went from one band to another; `nil`: they had no score then, or have none now.
struct DrawnFlow: Hashable, Sendable {
  var from: Band?
  var to: Band?
  var customers: Int
}

/// Where the customers of each band went: streams from the bands on the left (then) to those on the right (now).
func flowDiagram(flows: [DrawnFlow], then: String = "a week ago", now: String = "now") -> HTML {
  let flows = flows.filter { $0.customers > 0 }
  guard !flows.isEmpty else { return emptyState("No customer had a score then or has one now.") }
  let layout = FlowLayout(flows)
  let streams = layout.streams.html { stream in
    let flow = stream.flow
    let kind = flow.from == flow.to ? "stays" : flow.to?.rawValue ?? "gone"
    return """
      <path class="stream \(kind)" d="\(stream.path)"><title>\(customers(flow.customers)): \(place(flow.from, isLeft: true)) → \
      \(place(flow.to, isLeft: false))</title></path>
      """
  }
  let nodes = layout.nodes.html { node -> HTML in
    let kind = node.band?.rawValue ?? "none"
    let y = percent((node.top + node.bottom) / 2_000)
    let bar: HTML = """
      <rect class="node \(kind)" x="\(node.isLeft ? "0" : "99%")" width="1%" y="\(percent(node.top / 1_000))" \
      height="\(percent((node.bottom - node.top) / 1_000))"/>
      """
    let (side, x, dx) = node.isLeft ? ("left", "0", "-8") : ("right", "100%", "8")
    let name = place(node.band, isLeft: node.isLeft)
    return """
      \(bar)<text class="\(side)" y="\(y)"><tspan class="name" x="\(x)" dx="\(dx)" dy="-2">\(name)</tspan>\
      <tspan x="\(x)" dx="\(dx)" dy="14">\(grouped(node.customers))</tspan></text>
      """
  }
  let moved = flows.filter { $0.from != $0.to }.reduce(0) { $0 + $1.customers }
  let rows = flows.sorted { ($1.customers, FlowLayout.rank($0.from)) < ($0.customers, FlowLayout.rank($1.from)) }
    .map { [place($0.from, isLeft: true), place($0.to, isLeft: false), grouped($0.customers)] }
  return Chart(
    kind: .flow, name: "Customers by band \(then) and \(now): \(grouped(moved)) moved",
    picture: "\(plane(streams))\(nodes)", legend: nil,
    table: figures(caption: "From band to band", head: ["From (\(then))", "To (\(now))", "Customers"], rows: rows)
  ).html
}

private func place(_ band: Band?, isLeft: Bool) -> String { band?.title ?? (isLeft ? "New" : "Gone") }

/// Where nodes and streams lie, in thousandths of the plot.
private struct FlowLayout {
  struct Node {
    var band: Band?
    var isLeft: Bool
    var top: Double
    var bottom: Double
    var customers: Int
  }
  struct Stream {
    var flow: DrawnFlow
    var path: String
  }

  /// Room between two nodes, so that their labels never touch.
  private static let gap = 90.0
  /// No stream is thinner, else it could not be seen.
  private static let thinnest = 6.0

  var nodes: [Node] = []
  var streams: [Stream] = []

  /// The best band first, those without one last.
  static func rank(_ band: Band?) -> Int {
    switch band {
    case .healthy?: 0
    case .atRisk?: 1
    case .critical?: 2
    case nil: 3
    }
  }

  init(_ flows: [DrawnFlow]) {
    let total = Double(flows.reduce(0) { $0 + $1.customers })
    let room = 1_000 - Self.gap * 3 - Self.thinnest * Double(flows.count)
    func thickness(_ flow: DrawnFlow) -> Double { Self.thinnest + Double(flow.customers) / total * room }
    let ordered = flows.sorted { (Self.rank($0.from), Self.rank($0.to)) < (Self.rank($1.from), Self.rank($1.to)) }
    var starts: [Int: Double] = [:]
    var ends: [Int: Double] = [:]
    for isLeft in [true, false] {
      var y = 0.0
      for band in [Band.healthy, .atRisk, .critical, nil] {
        let touching = ordered.filter { (isLeft ? $0.from : $0.to) == band }
        if touching.isEmpty { continue }
        let height = touching.reduce(0) { $0 + thickness($1) }
        nodes.append(
          Node(band: band, isLeft: isLeft, top: y, bottom: y + height, customers: touching.reduce(0) { $0 + $1.customers }))
        if isLeft { starts[Self.rank(band)] = y } else { ends[Self.rank(band)] = y }
        y += height + Self.gap
      }
    }
    for flow in ordered {
      let (left, right) = (Self.rank(flow.from), Self.rank(flow.to))
      let (a, b, height) = (starts[left] ?? 0, ends[right] ?? 0, thickness(flow))
      starts[left] = a + height
      ends[right] = b + height
      streams.append(Stream(flow: flow, path: Self.path(from: a, to: b, height: height)))
    }
  }

  private static func path(from a: Double, to b: Double, height: Double) -> String {
    let (a0, a1, b0, b1) = (Int(a.rounded()), Int((a + height).rounded()), Int(b.rounded()), Int((b + height).rounded()))
    return "M10 \(a0)C500 \(a0) 500 \(b0) 990 \(b0)V\(b1)C500 \(b1) 500 \(a1) 10 \(a1)Z"
  }
}
