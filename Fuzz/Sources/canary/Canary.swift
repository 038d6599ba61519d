// A reader of images with an error in it, to see that the fuzzer would find one: it must.

import Chip8Core
import Fuzzing
import SaveState

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let file = Draft([UInt8](start, count)).sealed[0]
  if let image = try? Image(file), let machine: Chip8 = try? image.machine() {
    expect(machine.state.bytesAhead < 512, "two bytes are less than 512")
  }
  return 0
}

extension State {
  /// The sum of the bytes that PC and I point at, if they point into the RAM: that is the error.
  @_optimize(none)  // else nothing would be read, as every sum is as it should be
  fileprivate var bytesAhead: Int {
    ram.withUnsafeBufferPointer { ram in
      guard let start = ram.baseAddress else { return 0 }
      return Int(start[Int(pc)]) + Int(start[Int(i)])
    }
  }
}

/// What libFuzzer calls to change an input.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ input: UnsafeMutablePointer<UInt8>, _ count: Int, _ maxCount: Int, _ seed: UInt32
) -> Int {
  Draft.mutate(input, count, maxCount, seed: seed)
}
