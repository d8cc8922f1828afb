/// The rooms of the house from the ground floor up, and what each may know of. `Package.swift` says the same; see `docs/architecture.md`.
enum Floors {
  struct Room: Sendable {
    var name: String
    var imports: Set<String>
  }

  static let rooms: [Room] = [
    Room(name: "CZlib", imports: []),
    Room(name: "CLibpq", imports: []),
    Room(name: "CMalloc", imports: []),
    Room(name: "CCurl", imports: []),
    Room(name: "Domain", imports: []),
    Room(name: "Formats", imports: ["Domain", "CZlib"]),
    Room(name: "Settings", imports: ["Domain", "Yams"]),
    Room(name: "SQL", imports: []),
    Room(name: "SQLite", imports: ["SQL", "GRDB", "GRDBSQLite"]),
    Room(name: "Postgres", imports: ["SQL", "CLibpq"]),
    Room(name: "Storage", imports: ["Domain", "SQL"]),
    Room(name: "Connectors", imports: ["CCurl", "Domain", "AsyncHTTPClient", "Crypto", "JWTKit", "NIOCore", "NIOPosix"]),
    Room(name: "Dashboard", imports: ["Domain"]),
    Room(name: "Engine", imports: ["Domain", "Formats", "Storage", "SQL", "Logging", "ServiceLifecycle"]),
    Room(
      name: "Server",
      imports: [
        "Dashboard", "Domain", "Engine", "Formats", "Storage", "SQL", "Hummingbird", "HTTPTypes", "NIOCore", "Logging", "Crypto",
        "CryptoExtras", "ServiceLifecycle",
      ]),
    Room(name: "Simulator", imports: ["Domain", "Engine", "Storage", "SQL", "SQLite"]),
    Room(
      name: "holdfast",
      imports: [
        "CMalloc", "Connectors", "Domain", "Engine", "Formats", "Postgres", "Server", "Settings", "Simulator", "SQL", "SQLite", "Storage",
        "ArgumentParser", "AsyncHTTPClient", "Hummingbird", "Logging", "NIOCore", "NIOPosix", "ServiceLifecycle", "UnixSignals",
      ]),
  ]

  /// Modules that come with the toolchain: any room but `Domain` may use them.
  static let toolchain: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "FoundationNetworking", "Synchronization", "Dispatch", "Glibc", "Musl", "Darwin",
  ]
  /// The one folder of `Domain` that may see Foundation, for time zones and calendars only.
  static let foundationInDomain = "Sources/Domain/Time/"

  /// Imports of what lies on a higher floor, or of a module that the room's row does not list.
  static func checkImports(_ file: SwiftFile, rooms: [Room] = rooms) -> [Finding] {
    guard let name = file.room else { return [] }
    guard let room = rooms.first(where: { $0.name == name }) else {
      return [Finding(file: file.path, line: 1, message: "room `\(name)` is not in the table of Tests/TidyTests/Floors.swift")]
    }
    return file.numbered.compactMap { number, line in
      guard let module = importedModule(line.code), !room.imports.contains(module) else { return nil }
      if toolchain.contains(module), name != "Domain" { return nil }
      if ["Foundation", "FoundationEssentials"].contains(module), file.path.hasPrefix(foundationInDomain) { return nil }
      return Finding(file: file.path, line: number, message: "`\(name)` may not import `\(module)`")
    }
  }

  /// The module that a line imports, if it is an import.
  static func importedModule(_ code: String) -> String? {
    var words = code.split { $0 == " " || $0 == ";" }[...]
    while let first = words.first, first.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains(first) {
      words.removeFirst()
    }
    guard words.first == "import", words.count > 1 else { return nil }
    words.removeFirst()
    if let kind = words.first, ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"].contains(kind), words.count > 1 {
      words.removeFirst()
    }
    return words.first.flatMap { $0.split(separator: ".").first }.map(String.init)
  }

  /// A room whose row names one further down the list, that is, on a higher floor or its own.
  static func checkOrder(rooms: [Room] = rooms) -> [Finding] {
    rooms.enumerated().flatMap { index, room in
      let below = Set(rooms[..<index].map(\.name))
      let ours = Set(rooms.map(\.name))
      return room.imports.intersection(ours).subtracting(below).sorted().map {
        Finding(file: "Tests/TidyTests/Floors.swift", line: 1, message: "`\(room.name)` stands below `\($0)` and may not import it")
      }
    }
  }
}
