import Postgres
import SQL
import Testing

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
    #expect(try PostgresAddress("postgres://a@b/c?pool=4&sslmode=prefer").connections == 4)
    #expect(throws: DatabaseFailure.self) { try PostgresAddress("postgres://a@b/c?pool=1") }
    #expect(throws: DatabaseFailure.self) { try PostgresAddress("postgres://a@b/c?pool=many") }
  }

  @Test(
    "A slip in an address is told without the password", arguments: ["postgres://app:s3cret@[db/x", "postgres://a:s3cret@b/c?slmode=1"])
  func slips(text: String) throws {
    let failure = try #require(throws: DatabaseFailure.self) { try PostgresAddress(text) }
    #expect(failure.message.contains("postgres://user@host:port/name"))
    #expect(!"\(failure.message) \(failure.detail)".contains("s3cret"))
  }
}
