import Chip8Core
import SaveState

extension PlaySession {
  /// The options of a session.
  public struct Options: Sendable {
    /// What is wanted of the machines of programs that are opened.
    public var machine = MachineRequest()
    /// What is wanted beside them.
    public var metadata = MetadataRequest()
    /// What the user has set, except what is kept for a program.
    public var settings = SettingLevels()
    /// Where it is kept what is chosen while playing; nil if it is not.
    public var keptSettings: KeptSettings?
    /// What is to be reported first.
    public var firstNotices: [Notice] = []
    /// Where the slots of all programs are.
    public var slotsRoot = Slots.defaultRoot()
    /// How many seconds of the machine's time lie between two autosaves; nil for no autosaves at all.
    public var autosaveSeconds: Int? = 60
    /// How many bytes of its past a saved machine carries, at most; nil for none.
    public var pastByteLimit: Int? = Player.defaultPastByteLimit
    /// Where the user flags are kept; nil if they are not.
    public var keptFlags: KeptFlags?
    /// How far ahead of the machine picture and sound are; nil if they are its own.
    public var runAhead: RunAhead.Choice?
    /// Whether each frame is run twice, to see whether that is the same.
    public var isParanoid = false
    /// How many bytes the journal of a program has, at most; nil for no journal.
    public var journalByteLimit: Int?
    /// Whether other processes of the user may debug what is played.
    public var isAttachable = false
    /// The movie that is played first.
    package var movie: Movie<Chip8>?
    /// What the movie says that is recorded; nil if none is.
    package var recording: MovieFacts?
    /// Whether the movie that is played is only watched, and what follows it is not recorded.
    package var isReadOnly = false
    /// Files that the program must not replace.
    package var reservedPaths: [String] = []

    /// The defaults.
    public init() {}

    /// What follows from the settings. An exhibit keeps nothing of what its visitors play.
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
