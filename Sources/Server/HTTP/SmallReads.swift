import NIOCore

/// Has a connection read a little at a time. What it reads into stays with it while its request is worked on: by itself each would come to
/// hold 64 KiB and more, which with a thousand connections is most of a server's memory.
final class SmallReads: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  /// Bytes of one read, at most: a batch of a hundred events fits.
  private static let maximum = 16 << 10

  func handlerAdded(context: ChannelHandlerContext) {
    let options = context.channel.syncOptions
    do {
      try options?.setOption(.maxMessagesPerRead, value: 1)
      try options?.setOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 2 << 10, maximum: Self.maximum))
    } catch {
      // A channel that has no such options, as tests use, reads as it likes.
    }
  }
}
