import Glibc

/// Wall-clock time, for when a state was saved.
package enum WallClock {
  /// Seconds since 1970-01-01 00:00:00 UTC.
  package static func now() -> UInt64 { UInt64(max(0, time(nil))) }

  /// A time in the user's time zone.
  package static func text(_ seconds: UInt64) -> String {
    var time = time_t(clamping: seconds)
    var local = tm()
    // An untrusted file can have a year beyond any calendar.
    guard localtime_r(&time, &local) != nil else { return "\(seconds) s" }
    return text(&local, "%Y-%m-%d %H:%M:%S")
  }

  /// The same, for a file's name.
  package static func fileName(_ seconds: UInt64) -> String {
    String(text(seconds).map { $0 == ":" ? "." : $0 })
  }

  /// A time by ISO 8601, in UTC.
  package static func utc(_ seconds: UInt64) -> String {
    // An image can hold any time; gmtime_r takes only years that fit in an Int32.
    var time = time_t(min(seconds, 1 << 55))
    var date = tm()
    gmtime_r(&time, &date)
    return text(&date, "%Y-%m-%dT%H:%M:%SZ")
  }

  private static func text(_ date: inout tm, _ format: String) -> String {
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, format, &date)
    return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
