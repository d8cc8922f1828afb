import ArgumentParser
import Domain
import Server

/// Users from the server's command line: the first one is made here, and whoever is locked out is let in again.
struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Who may sign in: users, their roles, links that let them in.",
    subcommands: [
      Add.self, List.self, SetRole.self, Disable.self, Enable.self, Link.self, Reset.self, SignOut.self, Untie.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a user and print an invitation, behind which the user chooses a password. It is good for 7 days, once.")
    @OptionGroup var config: ConfigOption
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String
    @Option(help: "The user's name, as others see it.") var name: String
    @Option(help: ArgumentHelp(stringLiteral: UserCommand.roles)) var role: String

    func run() async throws {
      let role = try UserCommand.role(role)
      try await House.with(database, config, mayCreate: true) { house in
        let invitation = try await house.people.add(email: email, name: name, role: role, by: .commandLine)
        UserCommand.show(invitation, house)
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all users.")
    @OptionGroup var database: DatabaseOption

    func run() async throws {
      try await House.withoutConfiguration(database) { house in
        let presence = try await house.people.presence()
        var rows: [[String]] = []
        var cursor: String?
        repeat {
          let page = try await house.people.users(limit: 1_000, cursor: cursor)
          rows += page.items.map { user in
            let state = user.disabledAt.map { "disabled \($0.iso8601)" } ?? (user.hasPassword ? "active" : "invited")
            return [user.email, user.name, user.role.rawValue, state, String(presence[user.id]?.sessions ?? 0)]
          }
          cursor = page.next
        } while cursor != nil
        print(Terminal.table(["EMAIL", "NAME", "ROLE", "STATE", "SESSIONS"], rows, right: [4]))
      }
    }
  }

  struct SetRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "role", abstract: "Give a user another role, at once.")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String
    @Argument(help: ArgumentHelp(stringLiteral: UserCommand.roles)) var role: String

    func run() async throws {
      let role = try UserCommand.role(role)
      try await UserCommand.with(email, database) { house, user in
        let isNew = try await house.people.setRole(role, of: user.id, by: .commandLine)
        Terminal.note(isNew ? "\(user.email) has the role \(role.title) now" : "\(user.email) has the role \(role.title) already")
      }
    }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Sign a user out everywhere and let nobody in under that address any more.")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String

    func run() async throws {
      try await UserCommand.with(email, database) { house, user in
        let isNew = try await house.people.setDisabled(true, user.id, by: .commandLine)
        Terminal.note(isNew ? "\(user.email) is disabled and signed out everywhere" : "\(user.email) is disabled already")
      }
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a disabled user in again.")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String

    func run() async throws {
      try await UserCommand.with(email, database) { house, user in
        let isNew = try await house.people.setDisabled(false, user.id, by: .commandLine)
        Terminal.note(isNew ? "\(user.email) may sign in again" : "\(user.email) is not disabled")
      }
    }
  }

  struct Link: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a link that signs a user in without a password. It is good for an hour, once.")
    @OptionGroup var config: ConfigOption
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String

    func run() async throws { try await UserCommand.printLink(of: email, config, database) { _ in .signIn } }
  }

  struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a link behind which a user chooses a new password. It is good for an hour (7 days before the first password), once.")
    @OptionGroup var config: ConfigOption
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String

    func run() async throws {
      try await UserCommand.printLink(of: email, config, database) { $0.hasPassword ? .reset : .invitation }
    }
  }

  struct SignOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sign-out", abstract: "End all sessions of a user.")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String

    func run() async throws {
      try await UserCommand.with(email, database) { house, user in
        let count = try await house.people.signOut(user, by: .commandLine)
        Terminal.note("\(user.email) is signed out: \(count) session\(count == 1 ? "" : "s")")
      }
    }
  }

  struct Untie: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Untie a user from an account of the company's own sign-in, so that another one with the same address can be used.")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The user's address.") var email: String

    func run() async throws {
      try await UserCommand.with(email, database) { house, user in
        let isNew = try await house.people.untie(user, by: .commandLine)
        Terminal.note(isNew ? "\(user.email) is untied; sessions go on" : "\(user.email) is tied to no account")
      }
    }
  }

  fileprivate static let roles = "One of \(Role.allCases.map(\.rawValue).joined(separator: ", "))."

  fileprivate static func role(_ text: String) throws -> Role {
    // "success manager" and "success-manager" are meant well.
    guard let role = Role(rawValue: text.lowercased().replacing(" ", with: "_").replacing("-", with: "_")) else {
      throw ValidationError("a role is one of \(Role.allCases.map(\.rawValue).joined(separator: ", ")), not “\(text)”")
    }
    return role
  }

  fileprivate static func with(
    _ email: String, _ database: DatabaseOption, _ body: (House, User) async throws -> Void
  ) async throws {
    try await House.withoutConfiguration(database) { house in try await body(house, house.people.user(email: email)) }
  }

  fileprivate static func printLink(
    of email: String, _ config: ConfigOption, _ database: DatabaseOption, kind: (User) -> SignInLink.Kind
  ) async throws {
    try await House.with(database, config) { house in
      let user = try await house.people.user(email: email)
      show(try await house.people.makeLink(kind(user), for: user, by: .commandLine), house)
    }
  }

  /// The link alone goes to standard output.
  fileprivate static func show(_ invitation: People.Invitation, _ house: House) {
    Terminal.note("The \(invitation.kind.title) for \(invitation.user.email), good once and until \(invitation.expiresAt.iso8601):")
    print("\(house.current.blueprint.publicURL)/link/\(invitation.token)")
  }
}
