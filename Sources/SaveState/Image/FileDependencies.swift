// Programs and parent images in directories: where is looked, and in what order.

/// Finds what an image leaves out, beside its file and in directories and files that the user names.
///
/// A program is looked for by its name first, then among all files of its length. A parent is looked
/// for by its name first, then among all files that end with an image's footer. Names in images are
/// never taken for more than names of files in those directories.
public struct FileDependencies: Dependencies {
  /// How many files of a directory are looked at.
  static let maxFileCount = 4096
  /// How many files of a program's length are read in a directory.
  static let maxProgramCount = 256

  /// Everything that was found.
  public private(set) var inputs = InputFiles()
  /// How that is called.
  public var paths: [String] { inputs.paths }

  private enum Place {
    case directory(String)
    case file(String)

    var path: String {
      switch self {
      case .directory(let path), .file(let path): path
      }
    }
  }

  private let programSuffix: String
  private let programPlaces: [Place]
  private let parentPlaces: [Place]
  /// The images in each directory that was looked through, by the digests in their footers.
  private var images: [String: [Digest: String]] = [:]

  /// Where to look.
  ///
  /// - Parameters:
  ///   - image: the image's file, or a link to it. What it leaves out may be beside either. Nil or `-`
  ///     is one that is in no directory.
  ///   - programPaths: files and directories with programs.
  ///   - parentPaths: files and directories with images.
  ///   - programSuffix: how the files of programs are called, as `.ch8`.
  public init(
    beside image: String?, programPaths: [String] = [], parentPaths: [String] = [],
    programSuffix: String
  ) {
    func place(_ path: String) -> Place {
      Storage.isDirectory(path) ? .directory(path) : .file(path)
    }
    let beside = FileDependencies.directories(of: image).map(Place.directory)
    self.programSuffix = programSuffix
    programPlaces = beside + programPaths.map(place)
    parentPlaces = beside + parentPaths.map(place)
  }

  /// The directory that an image's file is in; and if the path is a link, the one that it leads to.
  private static func directories(of image: String?) -> [String] {
    guard let image, image != "-" else { return [] }
    let target = try? Storage.linkTarget(image)
    return [image, target].compactMap { $0 }.map { Storage.directory(of: $0) ?? "." }
  }

  // MARK: Programs

  /// Looks for a program beside the image, then wherever the user says.
  public mutating func find(_ program: Program.Identity) -> LookupResult {
    var search = Search(places: programPlaces.map(\.path))
    for place in programPlaces {
      for path in candidates(for: program, in: place, &search) {
        guard let bytes = read(path, of: program, &search) else { continue }
        return .found(bytes, path: path)
      }
    }
    return .missing(search)
  }

  private func candidates(
    for program: Program.Identity, in place: Place, _ search: inout Search
  ) -> [String] {
    guard case .directory(let directory) = place else { return [place.path] }
    let likely = program.name + programSuffix
    var names = isBasename(likely) ? [likely] : []
    do throws(StorageError) {
      let files = try Storage.files(in: directory, limit: FileDependencies.maxFileCount)
        .filter { $0.byteCount == program.byteCount && $0.name != likely }.map(\.name)
      let prefix = program.name + "."
      let named = files.filter { $0 == program.name || $0.hasPrefix(prefix) }
      let others = files.filter { $0 != program.name && !$0.hasPrefix(prefix) }
      names += (named + others).prefix(FileDependencies.maxProgramCount)
    } catch { search.notes.append("\(error)") }
    return names.map { Storage.path(directory, $0) }
  }

  /// The program, if that is what is in a file; else a note if one could have thought so.
  private mutating func read(
    _ path: String, of program: Program.Identity, _ search: inout Search
  ) -> [UInt8]? {
    let isLikely = Storage.basename(of: path) == program.name + programSuffix
    do throws(StorageError) {
      let file = try RegularFile(path)
      if file.byteCount == program.byteCount {
        let bytes = try file.suffix(program.byteCount)
        if Digest.sha1(bytes) == program.sha1 {
          inputs.add(path, file.status.identity)
          return bytes
        }
      }
      let isNamed = programPlaces.contains { $0.path == path }
      if isLikely || isNamed { search.notes.append("\(path) is another program") }
    } catch {
      let isExpected = isLikely && error.isMissingFile
      if !isExpected { search.notes.append("\(error)") }
    }
    return nil
  }

  // MARK: Parents

  /// Looks for a parent by its name, then by its digest. If neither is there, the file that has its
  /// name is offered, for an image may have been given a note since.
  public mutating func find(_ parent: Image.Parent) -> LookupResult {
    var search = Search(places: parentPlaces.map(\.path))
    var changed: File?
    for place in parentPlaces {
      if let path = images[place.path]?[parent.digest], let file = image(at: path, &search) {
        return found(file)
      }
      guard let path = path(of: parent, in: place) else { continue }
      guard let file = image(at: path, &search) else { continue }
      if Image.footerDigest(of: file.bytes) == parent.digest { return found(file) }
      if changed == nil, Storage.basename(of: path) == parent.name { changed = file }
    }
    for place in parentPlaces {
      guard case .directory(let directory) = place,
        let path = images(in: directory, &search)[parent.digest],
        let file = image(at: path, &search)
      else { continue }
      return found(file)
    }
    if let changed { return found(changed) }
    return .missing(search)
  }

  /// A file that may be a parent, with the image at its end.
  private struct File {
    let path: String
    let identity: FileIdentity
    let bytes: [UInt8]
  }

  private mutating func found(_ file: File) -> LookupResult {
    inputs.add(file.path, file.identity)
    return .found(file.bytes, path: file.path)
  }

  /// The file that a parent should be.
  private func path(of parent: Image.Parent, in place: Place) -> String? {
    guard case .directory(let directory) = place else { return place.path }
    return isBasename(parent.name) ? Storage.path(directory, parent.name) : nil
  }

  /// The image at the end of a file, not checked at all; a note if the file is there and has none.
  private func image(at path: String, _ search: inout Search) -> File? {
    do throws(StorageError) {
      let file = try RegularFile(path)
      // Enough for most images at one go.
      let end = try file.suffix(4096)
      if let length = Image.lengthInFooter(of: end) {
        let bytes = length <= end.count ? end.suffix(length) : try file.suffix(length)[...]
        return File(path: path, identity: file.status.identity, bytes: Array(bytes))
      }
      search.notes.append("\(path) is not a saved state")
    } catch {
      if !error.isMissingFile { search.notes.append("\(error)") }
    }
    return nil
  }

  private mutating func images(in directory: String, _ search: inout Search) -> [Digest: String] {
    if let known = images[directory] { return known }
    var found: [Digest: String] = [:]
    do throws(StorageError) {
      for entry in try Storage.files(in: directory, limit: FileDependencies.maxFileCount)
      where entry.byteCount >= Image.footerByteCount {
        let path = Storage.path(directory, entry.name)
        // A file that cannot be read is not the one that is looked for, as far as one can tell.
        guard
          let file = try? RegularFile(path),
          let footer = try? file.suffix(Image.footerByteCount),
          let digest = Image.footerDigest(of: footer)
        else { continue }
        if found[digest] == nil { found[digest] = path }
      }
    } catch { search.notes.append("\(error)") }
    images[directory] = found
    return found
  }
}
