import Chip8Core
import JSON
import SaveState

/// Images below their parents.
package struct ImageTree {
  /// An image, or a parent that is not in the picture.
  package struct Node {
    package let file: String
    /// Whether it was not found, so that deltas against it cannot be loaded.
    package var missing = false
    /// The digest that others know it by.
    package var sha256: String?
    package var bytes: Int?
    package var program: String?
    package var machineTime: String?
    /// The state digest.
    package var state: String?
    package var note: String?
    /// Why it cannot be loaded, if so.
    package var problem: String?
    /// The deltas against this one.
    package var derived: [Node] = []

    init(file: String) { self.file = file }

    package var json: JSONObject {
      .withoutNulls([
        "file": file, "missing": missing, "sha256": sha256, "bytes": bytes, "program": program,
        "machineTime": machineTime, "state": state, "note": note, "problem": problem,
        "derived": derived.map(\.json),
      ])
    }
  }

  /// Those without a parent, by their paths, and then those that were not found.
  package let roots: [Node]

  /// - Parameter skipped: to what is added which files of directories cannot be read.
  package init(
    _ files: [String], _ dependencies: DependencyPaths, _ skipped: inout [StorageError]
  ) throws {
    // What is in the picture counts as found.
    var dependencies = dependencies
    dependencies.parents += files
    var branches: [Branch] = []
    for file in files {
      if Storage.isDirectory(file) {
        branches += try Branch.all(in: file, dependencies, &skipped)
      } else {
        branches.append(Branch(try LoadedFile(file, isImageExpected: true), dependencies))
      }
    }
    roots = Branch.tree(of: branches.sorted { $0.node.file < $1.node.file })
  }
}

/// An image and its parent.
private struct Branch {
  let node: ImageTree.Node
  let parent: Image.Parent?

  /// The images in a directory; other files are skipped, and so are those that cannot be read.
  static func all(
    in directory: String, _ dependencies: DependencyPaths, _ skipped: inout [StorageError]
  ) throws -> [Branch] {
    try Storage.files(in: directory).filter { !$0.name.hasPrefix(".") }.compactMap { entry in
      let path = Storage.path(directory, entry.name)
      do throws(StorageError) {
        let image = try Image.claimed(at: path)
        return image.map { Branch(LoadedFile(path, image: $0), dependencies) }
      } catch {
        // It hides no other.
        skipped.append(error)
        return nil
      }
    }
  }

  /// A file that claims to be an image, as far as that is true.
  init(_ file: LoadedFile, _ dependencies: DependencyPaths) {
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
      let machine: Chip8 = try dependencies.completed(image, at: file.path, &inputs).machine()
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

  /// Whether this is the parent of another image: by its digest, or as it was
  /// rewritten since. An image that could be used is not its own parent in any way.
  private func isParent(_ parent: Image.Parent, of other: Branch) -> Bool {
    node.sha256 == "\(parent.digest)"
      || node.bytes != nil && other.node.problem == nil && other.node.file != node.file
        && Storage.basename(of: node.file) == parent.name && node.state == "\(parent.stateDigest)"
  }
}
