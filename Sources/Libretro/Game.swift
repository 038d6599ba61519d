import CLibretro
import Chip8Core
import Chip8Player
import Glibc
import SaveState

/// The game that is loaded, with the memory that the front end sees.
struct Game {
  static let sampleRate = 48_000

  private(set) var machine: Chip8
  /// How many bytes its states have, all of them as many.
  let stateByteCount: Int
  /// Whether they have room for host calls and entry calls.
  private let fitsHostState: Bool
  private var states = CoreStateCodec()
  private let isImage: Bool
  /// The platform that was chosen when it was loaded; nil for the program's own.
  private let chosenPlatform: Platform?
  private let ownColors: [UInt32]
  private let rotation: Int
  private let controls: Controls
  private var colors = ScreenColors(repeating: 0)
  private var keypad = Keypad(place: .off)
  private var shownSize = (width: 0, height: 0)
  private var hasReportedStop = false
  private var isSounding = false

  /// The RAM, the flags and the screen where the front end finds them all the time: it looks at them, and
  /// writes to the first two, as cheats and kept flags do.
  private let ram: UnsafeMutableBufferPointer<UInt8>
  private let flags: UnsafeMutableBufferPointer<UInt8>
  private let pixels: UnsafeMutableBufferPointer<UInt8>
  private var shownPixels = WrittenScreen()
  private var shownPixelCount = 0
  private let screen: UnsafeMutablePointer<UInt32>
  private var shownScreen = WrittenScreen()
  private let picture: UnsafeMutablePointer<UInt32>
  private let samples: UnsafeMutableBufferPointer<Int16>
  private let stereo: UnsafeMutablePointer<Int16>
  private let descriptors: UnsafeMutableBufferPointer<retro_memory_descriptor>

  /// Loads a game.
  ///
  /// - Throws: what `LoadedMachine` does.
  init(_ file: LoadedFile) throws {
    isImage = file.kind == .image
    let request = isImage ? MachineRequest() : CoreOption.request
    chosenPlatform = request.platform
    var loaded = try LoadedMachine(file, request)
    try loaded.apply(MetadataRequest(), from: file.path)
    machine = loaded.machine
    stateByteCount = CoreStateCodec.byteCount(machine)
    fitsHostState = !machine.hasNoHostState
    let appearance = Appearance(for: machine.program, loaded.metadata)
    (ownColors, rotation) = (appearance.colors, appearance.rotation)
    controls = Controls(for: machine)
    let platform = machine.state.configuration.platform
    ram = .allocate(capacity: platform.ramByteCount)
    flags = .allocate(capacity: platform.flagCount)
    pixels = .allocate(capacity: ScreenShape(.pixels, of: platform, isHires: true).byteCount)
    pixels.initialize(repeating: 0)
    screen = .allocate(capacity: 128 * 64)
    picture = .allocate(capacity: Keypad.maxSize.width * Keypad.maxSize.height)
    samples = .allocate(capacity: Game.sampleRate / platform.framesPerSecond)
    stereo = .allocate(capacity: 2 * samples.count)
    descriptors = .allocate(capacity: 3)
    machine.engine = .fast
    showMemory()
    readOptions()
  }

  /// Frees the memory that the front end has seen.
  func free() {
    for buffer in [ram, flags, pixels] { buffer.deallocate() }
    screen.deallocate()
    picture.deallocate()
    samples.deallocate()
    stereo.deallocate()
    descriptors.deallocate()
  }

  // MARK: Description

  private var screenSize: (width: Int, height: Int) {
    let shape = ScreenShape(
      .xrgb, of: machine.state.configuration.platform, isHires: machine.state.display.isHires)
    return (shape.width, shape.height)
  }

  private var geometry: retro_game_geometry {
    let size = keypad.size(screenSize)
    return retro_game_geometry(
      base_width: UInt32(size.width), base_height: UInt32(size.height),
      max_width: UInt32(Keypad.maxSize.width), max_height: UInt32(Keypad.maxSize.height),
      aspect_ratio: Float(size.width) / Float(size.height))
  }

  var avInfo: retro_system_av_info {
    retro_system_av_info(
      geometry: geometry,
      timing: retro_system_timing(
        fps: Double(machine.state.configuration.platform.framesPerSecond),
        sample_rate: Double(Game.sampleRate)))
  }

  /// Tells the front end everything that it asks for once.
  mutating func introduce() {
    var rotation = UInt32((360 - rotation) % 360 / 90)
    frontEnd.call(RETRO_ENVIRONMENT_SET_ROTATION, &rotation)
    controls.describe()
    let (ramFlags, screenFlags) = (
      RETRO_MEMDESC_SYSTEM_RAM, RETRO_MEMDESC_VIDEO_RAM | RETRO_MEMDESC_CONST
    )
    descriptors.initialize(repeating: retro_memory_descriptor())
    descriptors[0] = region("RAM", ram, at: 0, ramFlags)
    descriptors[1] = region("Screen", pixels, at: 0x10000, screenFlags)
    descriptors[2] = region("Flags", flags, at: 0x14000, RETRO_MEMDESC_SAVE_RAM)
    var map = retro_memory_map(
      descriptors: descriptors.baseAddress, num_descriptors: flags.isEmpty ? 2 : 3)
    frontEnd.call(RETRO_ENVIRONMENT_SET_MEMORY_MAPS, &map)
    var isSupported = true
    frontEnd.call(RETRO_ENVIRONMENT_SET_SUPPORT_ACHIEVEMENTS, &isSupported)
  }

  private func region(
    _ name: String, _ memory: UnsafeMutableBufferPointer<UInt8>, at start: Int, _ flags: Int
  ) -> retro_memory_descriptor {
    retro_memory_descriptor(
      flags: UInt64(flags), ptr: UnsafeMutableRawPointer(memory.baseAddress), offset: 0,
      start: start, select: 0, disconnect: 0, len: memory.count, addrspace: keptTexts[name])
  }

  /// The memory of a kind, if the machine has it.
  func memory(_ kind: UInt32) -> UnsafeMutableBufferPointer<UInt8>? {
    switch Int(kind) {
    case RETRO_MEMORY_SYSTEM_RAM: ram
    case RETRO_MEMORY_VIDEO_RAM: pixels
    case RETRO_MEMORY_SAVE_RAM: flags.isEmpty ? nil : flags
    default: nil
    }
  }

  // MARK: Frames

  /// Reads the options that take effect at once.
  mutating func readOptions() {
    let chosen = CoreOption.colors ?? ownColors
    for k in 0..<4 { colors[k] = chosen[k] }
    keypad = Keypad(place: CoreOption.keypadPlace)
  }

  /// Runs a frame with the keys that are down, shows it and lets it sound.
  mutating func run() {
    if CoreOption.areChanged { readOptions() }
    frontEnd.pollInput?()
    var keys = controls.keys
    if let pointer = Controls.pointer { keys.formUnion(keypad.key(at: pointer, screenSize)) }
    takeWrites()
    let frames = machine.state.frames
    machine.applyAccepted(.keys(keys))
    let stop = machine.run(frames: 1)
    isSounding = machine.state.frames != frames
    report(stop)
    showMemory()
    show(keys)
    sound()
  }

  /// Says why the program does not continue: once, also where a front end goes back to the frames before
  /// again and again.
  private mutating func report(_ stop: Chip8.Stop) {
    switch stop {
    case .done, .halt:
      hasReportedStop = false
      return
    // There is no directory that a program could save itself in.
    case .hostCall:
      machine.applyAccepted(.hostAnswer(.denied))
      return
    case .exit where !hasReportedStop: frontEnd.show("The program has ended.")
    case .fault(let fault) where !hasReportedStop: frontEnd.show("Program stopped: \(fault)")
    case .exit, .fault: return
    }
    hasReportedStop = true
  }

  /// Applies the front end's writes to memory, as inputs like any other.
  private mutating func takeWrites() {
    if machine.state.frames == 0, machine.state.instructions == 0,
      !flags.elementsEqual(machine.userFlags)
    {
      machine.applyAccepted(.userFlags(Array(flags)))
    }
    let isWritten = machine.state.ram.withUnsafeBytes { bytes in
      guard let seen = ram.baseAddress, let own = bytes.baseAddress else { return false }
      return memcmp(seen, own, bytes.count) != 0
    }
    guard isWritten else { return }
    for address in ram.indices where ram[address] != machine.state.ram[address] {
      machine.applyAccepted(.poke(address, [ram[address]]))
    }
  }

  private mutating func showMemory() {
    machine.state.ram.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      ram.baseAddress?.update(from: start, count: ram.count)
    }
    showFlagsAndPixels()
  }

  private mutating func showFlagsAndPixels() {
    for k in flags.indices { flags[k] = machine.state.flags[k] }
    let shape = ScreenShape(
      .pixels, of: machine.state.configuration.platform, isHires: machine.state.display.isHires)
    if let start = pixels.baseAddress {
      machine.writeScreen(shape, colors: colors, to: start, over: &shownPixels)
    }
    // The bytes after a small screen do not depend on earlier screens.
    if shape.byteCount < shownPixelCount {
      pixels[shape.byteCount..<shownPixelCount].update(repeating: 0)
    }
    shownPixelCount = shape.byteCount
  }

  private mutating func show(_ keys: KeySet) {
    let size = screenSize
    let shape = ScreenShape(
      .xrgb, of: machine.state.configuration.platform, isHires: machine.state.display.isHires)
    machine.writeScreen(shape, colors: colors, to: screen, over: &shownScreen)
    let whole = keypad.size(size)
    if whole != shownSize {
      shownSize = whole
      var geometry = geometry
      frontEnd.call(RETRO_ENVIRONMENT_SET_GEOMETRY, &geometry)
    }
    let isPlain = keypad.place == .off
    if !isPlain { keypad.draw(screen, size, keys: keys, colors: colors, to: picture) }
    frontEnd.showVideo?(
      isPlain ? screen : picture, UInt32(whole.width), UInt32(whole.height), 4 * whole.width)
  }

  private mutating func sound() {
    // A machine that is stopped has no sound of a frame.
    if isSounding { machine.writeSound(to: samples) } else { samples.update(repeating: 0) }
    for k in samples.indices { (stereo[2 * k], stereo[2 * k + 1]) = (samples[k], samples[k]) }
    var played = 0
    while played < samples.count {
      let count = frontEnd.playSamples?(stereo + 2 * played, samples.count - played) ?? 0
      guard count > 0 else { return }
      played += count
    }
  }

  // MARK: Other states

  mutating func write(to buffer: UnsafeMutableRawBufferPointer) -> Bool {
    // A state includes the front end's writes since the last frame.
    takeWrites()
    return states.write(&machine, to: buffer)
  }

  /// Restores a state; false if these are not the bytes of one, and nothing has changed.
  mutating func restore(_ buffer: UnsafeRawBufferPointer) -> Bool {
    guard
      let copy = ram.baseAddress,
      states.restoreWritten(buffer, in: &machine, copyingRAMTo: copy)
        || restoreAny(buffer, copyingRAMTo: copy)
    else { return false }
    showFlagsAndPixels()
    return true
  }

  private mutating func restoreAny(
    _ buffer: UnsafeRawBufferPointer, copyingRAMTo copy: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    // A front end hears no more than that.
    guard
      var restored = try? states.machine(buffer, of: machine.program),
      restored.state.configuration.platform == machine.state.configuration.platform,
      restored.hasNoHostState || fitsHostState
    else { return false }
    machine.become(&restored, copyingRAMTo: copy)
    return true
  }

  /// Switches the machine off and on, as the options say now.
  mutating func reset(_ file: LoadedFile) {
    let engine = machine.engine
    var request = CoreOption.request
    request.platform = chosenPlatform
    var fresh: Chip8?
    do { if !isImage { fresh = try LoadedMachine(file, request).machine } } catch {
      frontEnd.show(error)
    }
    if let fresh,
      fresh.state.configuration.platform == machine.state.configuration.platform
    {
      machine = fresh
    } else {
      machine = machine.poweredOn(seed: request.seed ?? 0)
    }
    machine.engine = engine
    hasReportedStop = false
    let kept = Array(flags)
    showMemory()
    for (k, flag) in kept.enumerated() { flags[k] = flag }
  }
}
