import Foundation

/// A file in the hands of one process, for nobody else to read: a lock on it, gone with the process however it ends.
///
/// The descriptor has one owner, which closes it once. A class that closes in its `deinit` must not close before it throws in its `init`,
/// too: its `deinit` runs then as well, and the second `close` hits whatever another thread has opened in between.
struct LockedFile: ~Copyable {
  let descriptor: Int32

  enum Refusal: Error {
    /// The file cannot be made, opened or locked; with the `errno`.
    case unusable(Int32)
    /// Another process has it, or this one already.
    case taken
  }

  /// Opens the file, which is made where there is none, and takes its lock.
  init(_ path: String) throws(Refusal) {
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unusable(errno) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      close(descriptor)
      // Anything else is a file system without locks.
      throw code == EWOULDBLOCK ? .taken : .unusable(code)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
