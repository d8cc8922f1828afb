import Connectors
import Domain
import Engine

/// A mail server as the outbox sees it.
struct MailChannel: DeliveryChannel {
  let sender: SMTPSender

  func send(_ delivery: Delivery) async -> DeliveryOutcome {
    guard let message = MailMessage(delivery.payload) else {
      return .refused(reason: "Holdfast has no mail form for this message", breaksChannel: false)
    }
    // The date is that of the delivery, so that every attempt sends the same bytes.
    guard let letter = Letter(message, from: sender.server.from, key: delivery.key, at: delivery.createdAt) else {
      return .refused(
        reason: "nobody to send it to: the customer has no owner with a mail address, and the channel names no \"to\"", breaksChannel: false
      )
    }
    return await sender.send(letter)
  }
}
