import SaveState

/// The metadata in each of a machine's images: display, input and debugging settings, and what
/// its addresses are called.
public struct SessionMetadata: Hashable, Sendable {
  /// How it is shown, played and watched.
  public var settings: Settings
  /// What its addresses are called.
  public var labels: Labels

  /// These settings and labels.
  public init(settings: Settings = Settings(), labels: Labels = Labels()) {
    self.settings = settings
    self.labels = labels
  }

  /// This, and what another one says of all that this does not.
  public func over(_ other: SessionMetadata) -> SessionMetadata {
    SessionMetadata(
      settings: settings.over(other.settings), labels: labels.all.isEmpty ? other.labels : labels)
  }

  /// Puts it into an image of the machine, which may have carried something else over.
  public func put(into image: inout Image, of machine: Chip8) {
    // What nobody has changed stays as it is, also where this version cannot read it.
    let carried = SessionMetadata(readable: image, of: machine)
    if settings != carried.settings { image.setSettings(settings) }
    if labels != carried.labels { image.setLabels(labels) }
  }
}

extension SessionMetadata {
  /// What an image says.
  ///
  /// - Throws: why it cannot be read. The machine can be used all the same.
  public init(_ image: Image, of machine: Chip8) throws(ImageError) {
    self.init(settings: try image.settings(for: machine) ?? Settings(), labels: try image.labels())
  }

  /// As much of it as can be read.
  ///
  /// - Parameter isUnreadable: called with the reason why something cannot.
  public init(
    readable image: Image, of machine: Chip8, _ isUnreadable: (ImageError) -> Void = { _ in }
  ) {
    self.init()
    do throws(ImageError) {
      settings = try image.settings(for: machine) ?? Settings()
    } catch { isUnreadable(error) }
    do throws(ImageError) {
      labels = try image.labels()
    } catch { isUnreadable(error) }
  }
}
