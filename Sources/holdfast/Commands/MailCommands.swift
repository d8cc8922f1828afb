import ArgumentParser
import Connectors
import Domain
import Engine
import Foundation

struct MailCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mail", abstract: "Try out a channel that sends mail.", subcommands: [Test.self])

  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a test message, and tell what the mail server said.",
      discussion: "Goes to the server at once, past the outbox. Status 0: the server took the message.")

    @OptionGroup var config: ConfigOption
    @Argument(help: "The channel's name.") var channel: String
    @Option(name: .customLong("to"), help: ArgumentHelp("Whom to send it to.", valueName: "address")) var receiver: String

    func run() async throws {
      guard let to = MailAddress(receiver) else { throw ValidationError("--to takes a mail address, not “\(receiver)”") }
      let blueprint = try config.load(showsWarnings: true)
      let server = try server(in: blueprint)
      let now = SystemClock().now()
      let key = "test/\(House.randomBytes(8).map { String($0) }.joined(separator: "."))"
      guard let letter = Letter(Self.message(blueprint, channel, to), from: server.from, key: key, at: now) else { return }
      let place = "\(server.host):\(server.port)"
      switch await SMTPSender(server).send(letter) {
      case .sent: Terminal.note("\(place) took the message from \(server.from.address) to \(to.address); see whether it arrives")
      case .retry(let reason, _): throw Refusal("\(place) did not take the message now: \(reason); the outbox would try again")
      case .refused(let reason, let breaksChannel):
        throw Refusal(
          "\(place) refused the message: \(reason)"
            + (breaksChannel ? "; nothing goes out by this channel until that is mended" : "; the outbox would give it up"))
      case .unknown(let reason): throw Refusal("\(place) may or may not have taken the message: \(reason)")
      }
    }

    private func server(in blueprint: Blueprint) throws -> MailServer {
      let names = blueprint.channels.filter { $0.mailServer != nil }.map(\.name)
      guard let found = blueprint.channel(channel) else {
        throw Refusal(
          "there is no channel “\(channel)”"
            + (names.isEmpty ? "; none sends mail" : "; those that send mail: \(names.sorted().joined(separator: ", "))"))
      }
      guard let server = found.mailServer else { throw Refusal("the channel “\(channel)” sends no mail: it is of another kind than smtp") }
      guard server.isComplete else { throw Refusal("the password of the channel “\(channel)” is not there") }
      return server
    }

    private static func message(_ blueprint: Blueprint, _ channel: String, _ to: MailAddress) -> MailMessage {
      MailMessage(
        kind: .notice, company: blueprint.company, to: to, subject: "A test message from Holdfast",
        preview: "The channel \(channel) works.",
        blocks: [
          .heading("It works"), .text("This came by the channel \(channel). Alerts and digests can come the same way."),
          .link(.init(label: "Open Holdfast", url: blueprint.publicURL)),
        ], footer: "You get this because somebody ran `holdfast mail test` with your address.")
    }
  }
}
