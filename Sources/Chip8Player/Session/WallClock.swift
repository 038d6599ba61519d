import Glibc

/// The clock on the wall, which says when a state is saved.
package enum WallClock {
  /// Seconds since 1970-01-01 00:00:00 UTC.
  package static func now() -> UInt64 { UInt64(max(0, time(nil))) }

  /// A time as the user reads it, by his own time zone.
  package static func text(_ seconds: UInt64) -> String {
    var time = time_t(clamping: seconds)
    var local = tm()
    // A year that no calendar has, from a file that anybody may have written.
    guard localtime_r(&time, &local) != nil else { return "\(seconds) s" }
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + "\(number)" }
    let date = "\(Int(local.tm_year) + 1900)-\(two(local.tm_mon + 1))-\(two(local.tm_mday))"
    return "\(date) \(two(local.tm_hour)):\(two(local.tm_min)):\(two(local.tm_sec))"
  }
}
