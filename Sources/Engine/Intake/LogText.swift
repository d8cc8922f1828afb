import Domain
import Foundation

extension LogEntry {
  /// The entry as the log keeps it. Ids and names are in Unicode's composed form (NFC), in which what Swift calls equal text is the same
  /// bytes to the database; control characters in them, which databases cut at or refuse, become U+FFFD.
  var asLogged: LogEntry {
    // Nearly all entries are events in plain ASCII, which stay as they are.
    if case .event(let name, _) = fact, record == nil, isPlain(name), actor.contact.map(isPlain) ?? true,
      actor.anonymous.map(isPlain) ?? true, actor.customer.map(isPlain) ?? true
    {
      return self
    }
    var entry = self
    entry.actor = Actor(
      contact: actor.contact.map(logText), anonymous: actor.anonymous.map(logText), customer: actor.customer.map(logText))
    entry.record = record.map(logText)
    switch fact {
    case .event(let name, let properties): entry.fact = .event(name: logText(name), properties: properties)
    case .usage(let name, let count, let last): entry.fact = .usage(name: logText(name), count: count, last: last)
    case .contact(let traits): entry.fact = .contact(traits: traits.map(logMember))
    case .customer(let attributes): entry.fact = .customer(attributes: attributes.map(logMember))
    case .alias(let previous): entry.fact = .alias(previous: logText(previous))
    case .ticket(var ticket):
      ticket.id = logText(ticket.id)
      ticket.subject = ticket.subject.map(withoutNUL)
      ticket.priority = ticket.priority.map(withoutNUL)
      entry.fact = .ticket(ticket)
    case .subscription(var subscription):
      subscription.id = logText(subscription.id)
      subscription.plan = subscription.plan.map(withoutNUL)
      subscription.tier = subscription.tier.map(withoutNUL)
      subscription.status = subscription.status.map(withoutNUL)
      entry.fact = .subscription(subscription)
    case .response(var response):
      response.id = logText(response.id)
      response.survey = withoutNUL(response.survey)
      response.comment = response.comment.map(withoutNUL)
      entry.fact = .response(response)
    }
    return entry
  }
}

private func logMember(_ member: JSON.Member) -> JSON.Member { JSON.Member(logText(member.name), withoutNUL(member.value)) }

/// Values that SQL takes apart hold no character NUL, which PostgreSQL knows neither in text nor in JSON: U+FFFD stands for it.
private func withoutNUL(_ text: String) -> String { text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text }

private func withoutNUL(_ value: JSON) -> JSON {
  switch value {
  case .string(let text): .string(withoutNUL(text))
  case .array(let items): .array(items.map(withoutNUL))
  case .object(let members): .object(members.map { JSON.Member(withoutNUL($0.name), withoutNUL($0.value)) })
  default: value
  }
}

private func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

private func logText(_ text: String) -> String {
  if isPlain(text) { return text }
  let isControl = { (scalar: Unicode.Scalar) in scalar.value < 0x20 || scalar.value == 0x7F }
  guard text.unicodeScalars.contains(where: isControl) else { return text.precomposedStringWithCanonicalMapping }
  var cleaned = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { cleaned.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
  return String(cleaned).precomposedStringWithCanonicalMapping
}
