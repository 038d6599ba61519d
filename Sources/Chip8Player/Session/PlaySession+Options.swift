import Chip8Core
import SaveState

extension PlaySession {
  /// The options of a session.
  public struct Options: Sendable {
    /// What is requested of the machines of opened programs.
    public var machine = MachineRequest()
    /// What is requested beside them.
    public var metadata = MetadataRequest()
    /// The user's settings, except those kept for a program.
    public var settings = SettingLevels()
    /// Where settings chosen while playing are kept; nil if they are not.
    public var keptSettings: KeptSettings?
    /// Notices to begin with.
    public var firstNotices: [Notice] = []
    /// The directory of all programs' slots.
    public var slotsRoot = Slots.defaultRoot()
    /// Seconds of machine time between autosaves; nil for no autosaves at all.
    public var autosaveSeconds: Int? = 60
    /// The most bytes of its past that a saved machine carries; nil for none.
    public var pastByteLimit: Int? = Player.defaultPastByteLimit
    /// Where the user flags are kept; nil if they are not.
    public var keptFlags: KeptFlags?
    /// How far picture and sound run ahead of the machine; nil if they do not.
    public var runAhead: RunAhead.Choice?
    /// Whether each frame is run twice, to check that the machine is deterministic.
    public var isParanoid = false
    /// The most bytes that a program's journal takes; nil for no journal.
    public var journalByteLimit: Int?
    /// Whether the user's other processes may debug the session.
    public var isAttachable = false
    /// The movie to play.
    package var movie: Movie<Chip8>?
    /// The facts of the movie to record; nil if none is recorded.
    package var recording: MovieFacts?
    /// Whether the movie is only watched, and nothing is recorded after it.
    package var isReadOnly = false
    /// Files that the program must not replace.
    package var reservedPaths: [String] = []

    /// The defaults.
    public init() {}

    /// The options that follow from the settings. A kiosk keeps nothing of what its visitors play.
    public init(_ settings: SettingLevels) {
      self.settings = settings
      let effective = settings.effective
      runAhead = effective.runAhead
      let (isKiosk, autosave) = (effective.isOn(.kiosk), effective.number(.autosave))
      autosaveSeconds = autosave > 0 && !isKiosk ? autosave : nil
      journalByteLimit =
        effective.isOn(.journal) && !isKiosk ? Journal.defaultByteLimit : nil
      isAttachable = effective.isOn(.debugSocket) && !isKiosk
    }
  }
}
