import SQL
import Testing

@testable import Postgres

@Suite("Addresses of PostgreSQL databases")
struct PostgresAddressTests {
  @Test(
    "An address is shown without its password",
    arguments: [
      ("postgres://app:s3cret@db.example:6432/holdfast?sslmode=require", "postgres://app@db.example:6432/holdfast"),
      ("postgresql://app@db.example/holdfast", "postgres://app@db.example/holdfast"),
      ("postgres:///holdfast?host=/run/postgresql", "postgres:///run/postgresql/holdfast"),
    ])
  func description(text: String, shown: String) throws {
    #expect(try PostgresAddress(text).description == shown)
  }

  @Test("The number of connections stands in the address")
  func pool() throws {
    #expect(try PostgresAddress("postgres://a@b/c").connections == 10)
    #expect(try PostgresAddress("postgres://a@b/c?pool=5&sslmode=prefer").connections == 5)
    let failure = #expect(throws: DatabaseFailure.self) { try PostgresAddress("postgres://a@b/c?pool=4") }
    #expect(failure?.message.contains("from 5 to 200") == true)
    #expect(throws: DatabaseFailure.self) { try PostgresAddress("postgres://a@b/c?pool=many") }
  }

  @Test(
    "A slip in an address is told without the password", arguments: ["postgres://app:s3cret@[db/x", "postgres://a:s3cret@b/c?slmode=1"])
  func slips(text: String) throws {
    let failure = try #require(throws: DatabaseFailure.self) { try PostgresAddress(text) }
    #expect(failure.message.contains("postgres://user@host:port/name"))
    #expect(!"\(failure.message) \(failure.detail)".contains("s3cret"))
  }

  @Test("A server that has vanished is noticed within seconds, unless the address says otherwise")
  func vanished() throws {
    let all = "connect_timeout=10&keepalives_idle=30&keepalives_interval=10&keepalives_count=3&tcp_user_timeout=10000"
    #expect(try PostgresAddress("postgres://a@b/c").conninfo == "postgres://a@b/c?\(all)")
    #expect(try PostgresAddress("postgres://a@b/c?pool=7").conninfo == "postgres://a@b/c?\(all)")
    #expect(
      try PostgresAddress("postgres://a@b/c?connect_timeout=3&pool=7&tcp_user_timeout=0").conninfo
        == "postgres://a@b/c?connect_timeout=3&tcp_user_timeout=0&keepalives_idle=30&keepalives_interval=10&keepalives_count=3")
    #expect(try PostgresAddress("postgres:///c?service=main").conninfo == "postgres:///c?service=main")
  }
}
