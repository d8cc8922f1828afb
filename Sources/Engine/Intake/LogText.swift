import Domain
import Foundation

extension LogEntry {
  /// The entry as the log keeps it. Ids and names are in Unicode's composed form (NFC), in which what Swift calls equal text is the same
  /// bytes to the database; control characters in them, which databases cut at or refuse, become U+FFFD. So does U+0000 in all other text:
  /// PostgreSQL takes it neither in text nor in JSON that is queried.
  var asLogged: LogEntry {
    var entry = self
    entry.actor = Actor(
      contact: actor.contact.map(logText), anonymous: actor.anonymous.map(logText), customer: actor.customer.map(logText))
    entry.record = record.map(logText)
    switch fact {
    case .event(let name, let properties): entry.fact = .event(name: logText(name), properties: properties.map(\.withoutNUL))
    case .contact(let traits): entry.fact = .contact(traits: traits.map(logMember))
    case .customer(let attributes): entry.fact = .customer(attributes: attributes.map(logMember))
    case .alias(let previous): entry.fact = .alias(previous: logText(previous))
    case .ticket(var ticket):
      ticket.id = logText(ticket.id)
      ticket.subject = ticket.subject?.withoutNUL
      ticket.priority = ticket.priority?.withoutNUL
      entry.fact = .ticket(ticket)
    case .subscription(var subscription):
      subscription.id = logText(subscription.id)
      subscription.plan = subscription.plan?.withoutNUL
      subscription.tier = subscription.tier?.withoutNUL
      subscription.status = subscription.status?.withoutNUL
      entry.fact = .subscription(subscription)
    case .response(var response):
      response.id = logText(response.id)
      response.survey = response.survey.withoutNUL
      response.comment = response.comment?.withoutNUL
      entry.fact = .response(response)
    }
    return entry
  }
}

private func logMember(_ member: JSON.Member) -> JSON.Member { JSON.Member(logText(member.name), member.value.withoutNUL) }

private func logText(_ text: String) -> String {
  // Nearly all text is plain ASCII, which stays as it is.
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
  let isControl = { (scalar: Unicode.Scalar) in scalar.value < 0x20 || scalar.value == 0x7F }
  guard text.unicodeScalars.contains(where: isControl) else { return text.precomposedStringWithCanonicalMapping }
  var cleaned = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { cleaned.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
  return String(cleaned).precomposedStringWithCanonicalMapping
}

extension String {
  fileprivate var withoutNUL: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }
}

extension JSON {
  fileprivate var withoutNUL: JSON {
    switch self {
    case .string(let text): .string(text.withoutNUL)
    case .array(let items): .array(items.map(\.withoutNUL))
    case .object(let members): .object(members.map(\.withoutNUL))
    default: self
    }
  }
}

extension JSON.Member {
  fileprivate var withoutNUL: JSON.Member { JSON.Member(name.withoutNUL, value.withoutNUL) }
}
