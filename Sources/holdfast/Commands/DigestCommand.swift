import ArgumentParser
import Connectors
import Domain
import Engine
import Foundation

struct DigestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "digest", abstract: "The week's digest of customers at risk: look at it, or send it now.",
    discussion: "The running server sends it by itself, at the day and hour that the configuration names under `digests`.")

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Flag(help: "Print what would be sent now; this is what the command does anyway.") var preview = false
  @Flag(help: "Print the part with markup.") var html = false
  @Flag(help: "Put it into the outbox now. Who has this week's digest already does not get it again.") var send = false

  func validate() throws {
    if send, preview || html { throw ValidationError("--send prints nothing: leave out --preview and --html") }
  }

  func run() async throws {
    try await House.with(database, config, showsWarnings: send) { house in
      try await house.catchUp()
      if send { return try await put(house) }
      let digest = try await DigestReader(database: house.database, current: house.current).atRisk(at: house.time.now())
      let layout = MailLayout(digest.message(footer: "You get this every week because a channel names you."))
      if html { return print(layout.html, terminator: "") }
      print("Subject: \(digest.title)\n\n\(layout.plain)", terminator: "")
    }
  }

  private func put(_ house: House) async throws {
    guard house.current.blueprint.digests.atRisk != nil else {
      throw Refusal("the configuration has no digest: name its channels under digests.at_risk.to")
    }
    let service = DigestService(database: house.database, current: house.current, time: house.time, logger: house.logger)
    let count = try await service.put()
    Terminal.note(
      count == 0
        ? "everybody has this week's digest already"
        : "\(count) message\(count == 1 ? " is" : "s are") in the outbox; the running server sends \(count == 1 ? "it" : "them")")
  }
}
