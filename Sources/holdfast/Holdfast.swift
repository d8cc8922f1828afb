import ArgumentParser
import AsyncHTTPClient
import Hummingbird
import Crypto

@main
struct Holdfast: AsyncParsableCommand {
  func run() async throws { print("hi") }
}
