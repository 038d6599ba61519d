import Glibc

/// Starts a thread, without any signals: those are for the threads that wait for them.
///
/// - Returns: nil if the operating system has no more.
package func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
  final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  var (all, before) = (sigset_t(), sigset_t())
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  let body = Unmanaged.passRetained(Body(body))
  let error = pthread_create(
    &thread, nil,
    { context in
      if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
      return nil
    }, body.toOpaque())
  guard error == 0 else {
    body.release()
    return nil
  }
  return thread
}

/// Does something on so many threads at once, this one among them, and comes back when all have ended.
/// Where there are not so many to be had, on fewer.
func perform(threads count: Int, _ body: @escaping @Sendable () -> Void) {
  let others = (1..<max(count, 1)).compactMap { _ in startThread(body) }
  body()
  for thread in others { pthread_join(thread, nil) }
}
