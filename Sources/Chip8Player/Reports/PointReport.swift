import Chip8Core
import JSON

/// Where a debugger has stopped a machine, as a report says it.
package struct PointReport {
  let reason: Debugger.StopReason
  let names: AddressNames

  package init(reason: Debugger.StopReason, names: AddressNames) {
    (self.reason, self.names) = (reason, names)
  }

  package var json: JSONObject {
    switch reason {
    case .breakpoint(let address): names.json(address)
    case .watchpoint(let watchpoint, let by): names.json(watchpoint).adding(["by": by])
    case .stops(_, let by): names.json(by)
    }
  }

  /// For people: where it is, and what has changed it.
  package var text: String {
    switch reason {
    case .breakpoint(let address): "at \(text(address))"
    case .watchpoint(let watchpoint, let by):
      "at \(text(watchpoint.address)), changed by \(text(by))"
    case .stops(_, let by): "by the debugger at \(text(by))"
    }
  }

  private func text(_ address: UInt16) -> String {
    "0x\(hexadecimal(address, 3))" + names.parenthesized(address)
  }
}

extension AddressNames {
  package func json(_ address: UInt16) -> JSONObject {
    .withoutNulls(["address": address, "place": place(of: address)])
  }

  package func json(_ watchpoint: Watchpoint) -> JSONObject {
    json(watchpoint.address).adding(["bytes": watchpoint.byteCount])
  }

  /// - Parameter suffix: what comes between the address and its place.
  package func text(_ address: UInt16, after suffix: String = "") -> String {
    hexadecimal(address, 4) + suffix + parenthesized(address)
  }

  /// Where an address is as seen from the last label, if that is known.
  fileprivate func parenthesized(_ address: UInt16) -> String {
    place(of: address).map { " (\($0))" } ?? ""
  }
}
