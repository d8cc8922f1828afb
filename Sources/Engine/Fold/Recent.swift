/// Something kept by its id that knows when it was last asked for.
protocol Aging: AnyObject {
  /// The generation in which it was last asked for.
  var generation: Int { get set }
}

/// Cells by id, those that were asked for most recently: no more than a maximum for long, at little cost.
///
/// A new generation begins whenever half of the maximum has been asked for in one. What was not asked for in the present one or the one
/// before goes when there are too many.
struct Recent<Cell: Aging> {
  let maximum: Int
  private var cells: [String: Cell] = [:]
  private var generation = 0
  /// How many have been asked for in the present generation.
  private var young = 0

  init(maximum: Int) { self.maximum = maximum }

  var count: Int { cells.count }

  /// Asking for a cell keeps it.
  subscript(id: String) -> Cell? {
    mutating get {
      guard let cell = cells[id] else { return nil }
      if cell.generation != generation { use(cell) }
      return cell
    }
    set {
      if let newValue { use(newValue) }
      cells[id] = newValue
    }
  }

  private mutating func use(_ cell: Cell) {
    cell.generation = generation
    young += 1
  }

  mutating func removeValue(forKey id: String) -> Cell? { cells.removeValue(forKey: id) }

  mutating func removeAll() { self = Recent(maximum: maximum) }

  /// There are so many that some go with the next `trim`.
  var isOverfull: Bool { cells.count > maximum + maximum / 4 }

  /// To be called between steps, while nobody holds a cell whose changes are not written.
  mutating func trim() {
    if isOverfull { cells = cells.filter { $0.value.generation >= generation - 1 } }
    // All of them were asked for just now, in one step.
    if isOverfull { cells = [:] }
    guard young >= maximum / 2 else { return }
    generation += 1
    young = 0
  }
}
