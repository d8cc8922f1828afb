/// A connection to a database with nothing around it.
protocol BareConnection: AnyObject {
  /// Runs a statement that answers nothing.
  func run(_ sql: String) throws
  /// The first column of the first row, a whole number; 0 where there is none.
  func number(_ sql: String) throws -> Int
  /// Runs what writes millions of rows, durable only once it is over, and leaves the database as it is when such rows have been there long.
  func inBulk(_ body: () throws -> Void) throws
}

/// Where an installation keeps its data.
enum Place {
  case sqlite(file: String)
  case postgres(BareServer, database: String)

  /// As `HOLDFAST_DATABASE` takes it.
  var address: String {
    switch self {
    case .sqlite(let file): "sqlite:" + file
    case .postgres(let server, let database): server.address(of: database)
    }
  }

  func connect() throws -> any BareConnection {
    switch self {
    case .sqlite(let file): try BareFile(file)
    case .postgres(let server, let database): try server.connect(to: database)
    }
  }
}
