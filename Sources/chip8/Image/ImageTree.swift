import Chip8Core
import Chip8Player
import SaveState

/// Which images are the difference from which.
struct ImageTree: Encodable {
  /// An image, or a parent that is not in the picture.
  struct Node: Encodable {
    let file: String
    /// Whether it was only heard of, and keeps what is the difference from it from being loaded.
    var missing = false
    /// The digest that others know it by.
    var sha256: String?
    var bytes: Int?
    var program: String?
    var machineTime: String?
    /// The state digest.
    var state: String?
    var note: String?
    /// Why it cannot be loaded, if so.
    var problem: String?
    /// Those that are the difference from this one.
    var derived: [Node] = []

    init(file: String) { self.file = file }
  }

  /// Those that are the difference from none, by their paths, and then those only heard of.
  let roots: [Node]

  func encode(to encoder: any Encoder) throws { try roots.encode(to: encoder) }

  init(_ files: [String], _ dependencies: DependencyOptions) throws {
    // What is in the picture counts as found.
    var dependencies = dependencies
    dependencies.basePath += files
    var branches: [Branch] = []
    for file in files {
      if Storage.isDirectory(file) {
        branches += try Branch.all(in: file, dependencies)
      } else {
        branches.append(Branch(try LoadedFile(file, isImageExpected: true), dependencies))
      }
    }
    roots = Branch.tree(of: branches.sorted { $0.node.file < $1.node.file })
  }
}

/// An image and what it is the difference from.
private struct Branch {
  let node: ImageTree.Node
  let parent: Image.Parent?

  /// The images in a directory; other files are skipped, and so are those that cannot be read.
  static func all(in directory: String, _ dependencies: DependencyOptions) throws -> [Branch] {
    try Storage.files(in: directory).filter { !$0.name.hasPrefix(".") }.compactMap { entry in
      let path = Storage.path(directory, entry.name)
      do throws(StorageError) {
        let image = try Image.claimed(at: path)
        return image.map { Branch(LoadedFile(path, image: $0), dependencies) }
      } catch {
        // It hides no other.
        printError("skipped: \(error)")
        return nil
      }
    }
  }

  /// A file that claims to be an image, as far as that is true.
  init(_ file: LoadedFile, _ dependencies: DependencyOptions) {
    var parent: Image.Parent?
    var node = ImageTree.Node(file: file.path)
    do throws(ImageError) {
      let image = try Image(file.bytes)
      node.sha256 = "\(image.digest)"
      node.bytes = image.byteCount
      parent = try image.parent()
      node.program = try image.programIdentity().name
      node.note = try image.note()
      var inputs = file.inputs
      let machine: Chip8 = try dependencies.paths.completed(image, at: file.path, &inputs).machine()
      node.machineTime = machine.machineTime
      node.state = "\(machine.stateDigest)"
    } catch { node.problem = "\(error)" }
    self.parent = parent
    self.node = node
  }

  /// A parent that is not in the picture.
  ///
  /// - Parameter isMissing: whether it was not found elsewhere either.
  private init(absent parent: Image.Parent, isMissing: Bool) {
    self.parent = nil
    var node = ImageTree.Node(file: parent.name)
    node.missing = isMissing
    node.sha256 = "\(parent.digest)"
    node.state = "\(parent.stateDigest)"
    self.node = node
  }

  static func tree(of branches: [Branch]) -> [ImageTree.Node] {
    var derived: [Int: [Int]] = [:]
    var all = branches
    var roots: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard let parent = branch.parent else {
        roots.append(index)
        continue
      }
      let place = all.firstIndex { $0.isParent(parent, of: branch) } ?? all.count
      if place == all.count {
        all.append(Branch(absent: parent, isMissing: branch.node.problem != nil))
      }
      derived[place, default: []].append(index)
    }
    roots += branches.count..<all.count
    func grown(_ index: Int) -> ImageTree.Node {
      var node = all[index].node
      node.derived = (derived[index] ?? []).map(grown)
      return node
    }
    return roots.map(grown)
  }

  /// Whether this is what another image is the difference from: by its digest, or as it was
  /// rewritten since. An image that could be used is not its own parent in any way.
  private func isParent(_ parent: Image.Parent, of other: Branch) -> Bool {
    node.sha256 == "\(parent.digest)"
      || node.bytes != nil && other.node.problem == nil && other.node.file != node.file
        && Storage.basename(of: node.file) == parent.name && node.state == "\(parent.stateDigest)"
  }
}

// MARK: - Text

extension ImageTree {
  /// For people: a line for each image, below what it is the difference from.
  var lines: [String] {
    let lines = roots.flatMap { $0.lines(first: "", others: "") }
    guard !lines.isEmpty else { return ["no saved states"] }
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { padded($0.name, width + 2) + $0.text }
  }
}

extension ImageTree.Node {
  fileprivate func lines(first: String, others: String) -> [(name: String, text: String)] {
    var lines = [(first + file.displayText, summary)]
    for (index, node) in derived.enumerated() {
      let isLast = index == derived.count - 1
      lines += node.lines(
        first: others + (isLast ? "└─ " : "├─ "), others: others + (isLast ? "   " : "│  "))
    }
    return lines
  }

  private var summary: String {
    if bytes == nil, problem == nil {
      return (missing ? "missing" : "elsewhere") + ", SHA-256 \(sha256 ?? "")"
    }
    let facts = [
      program, machineTime, bytes.map { "\($0) bytes" }, note,
      // Why is a long story where a parent is missing, which the picture shows.
      problem == nil ? nil : "cannot be loaded",
    ]
    return facts.compactMap { $0 }.joined(separator: ", ")
  }
}
