// swift-tools-version: 6.2
import PackageDescription

/// Every module of ours: Swift 6 mode comes with the tools version; a warning is an error, in our code only.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let sqlite3 = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "holdfast",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "holdfast", targets: ["holdfast"]),
    .executable(name: "holdfast-benchmark", targets: ["Benchmark"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    room("Domain", []),
    room("Formats", ["Domain", "CZlib"]),
    room("Settings", ["Domain", yams]),
    room("SQL", []),
    room("SQLite", ["SQL", grdb, sqlite3]),
    room("Postgres", ["SQL", "CLibpq"]),
    room("Storage", ["Domain", "SQL"]),
    room("Connectors", ["CCurl", "Domain", asyncHTTPClient, crypto, jwtKit, nioCore, nioPosix]),
    room("Dashboard", ["Domain"]),
    room("Engine", ["Domain", "Formats", "Storage", "SQL", logging, serviceLifecycle]),
    room(
      "Server",
      [
        "Dashboard", "Domain", "Engine", "Formats", "Storage", "SQL", hummingbird, httpTypes, nioCore, logging, serviceLifecycle, crypto,
        cryptoExtras,
      ]),
    room("Simulator", ["Domain", "Engine", "Storage", "SQL", "SQLite"]),
    .executableTarget(
      name: "holdfast",
      dependencies: [
        "CMalloc", "Connectors", "Domain", "Engine", "Formats", "Postgres", "Server", "Settings", "Simulator", "SQL", "SQLite", "Storage",
        argumentParser, asyncHTTPClient, hummingbird, logging, nioCore, nioPosix, serviceLifecycle, unixSignals,
      ],
      swiftSettings: strict),
    .executableTarget(name: "Benchmark", dependencies: ["CLibpq", "Domain", sqlite3], path: "Benchmarks", swiftSettings: strict),
    tests("ConnectorsTests", ["Connectors", "Domain", asyncHTTPClient, crypto, jwtKit, nioCore, nioHTTP1, nioPosix]),
    // What tests share: made-up logs and models, and a plain second implementation to hold the engine against.
    .target(name: "TestKit", dependencies: ["Domain"], path: "Tests/TestKit", swiftSettings: strict),
    .target(
      name: "DatabaseKit", dependencies: ["CLibpq", "Postgres", "SQL", "SQLite", "Storage"], path: "Tests/DatabaseKit",
      swiftSettings: strict),
    tests("DashboardTests", ["Dashboard", "Domain"], exclude: ["Snapshots"]),
    tests("DomainTests", ["Domain", "TestKit"]),
    tests(
      "EngineTests",
      [
        "DatabaseKit", "Domain", "Engine", "Formats", "Postgres", "Simulator", "SQL", "SQLite", "Storage", "TestKit", logging,
        serviceLifecycle,
      ]),
    tests("PostgresTests", ["DatabaseKit", "Postgres", "SQL"]),
    tests("FormatsTests", ["Domain", "Formats"]),
    tests("SimulatorTests", ["Domain", "Simulator"]),
    tests("SettingsTests", ["Settings", "Domain", yams]),
    tests("StorageTests", ["DatabaseKit", "Storage", "SQLite", "SQL", "Domain"]),
    tests(
      "ServerTests",
      [
        "DatabaseKit", "Domain", "Engine", "Formats", "Server", "SQL", "Storage", hummingbird, hummingbirdTesting, httpTypes, nioCore,
        logging,
      ]),
    tests("TidyTests", []),
  ]
)
