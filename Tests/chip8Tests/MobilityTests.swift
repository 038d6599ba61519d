// MobilityTests.swift: machines that move to another process while they run.

import Foundation
import Testing

@Suite struct MobilityTests {
  let scratch: Scratch
  private static let leaving = "--headless --frames 5 --save - --move --else-save here.state"
  /// Opens a pipe as descriptor 3 that never ends, for its reader can write to it.
  private static let unending = "mkfifo pipe; exec 3<>pipe; rm pipe"

  init() throws {
    scratch = try Scratch()
    try scratch.write("sketch.ch8", Programs.sketch)
  }

  /// A machine moves 100 times between two hosts over one TCP connection, and stops in the middle of
  /// a frame each time. The hosts are network namespaces where a user may have some, or else two
  /// ports of this one.
  @Test func machinesMoveBackAndForth() throws {
    try scratch.write(
      "host.sh",
      Array(
        """
        set -e
        hop() {
          "$CHIP8" --restore - --acknowledge --headless --instructions 37 --save - --move \\
            --else-save "$1.state"
        }
        if [ "$1" = a ]; then
          "$CHIP8" sketch.ch8 --headless --instructions 37 --save - --move --else-save a.state
          for i in $(seq 49); do hop a; done
          "$CHIP8" --restore - --acknowledge --headless --instructions 37 --save final.state
        else
          for i in $(seq 50); do hop b; done
        fi

        """.utf8))
    try scratch.write(
      "net.sh",
      Array(
        """
        PATH=$PATH:/usr/sbin:/sbin
        connect() {
          $1 socat "TCP-LISTEN:4117,bind=$2" EXEC:"sh host.sh b" &
          socat "TCP:$2:4117,retry=10000,interval=0.1" EXEC:"sh host.sh a"
          wait $!
        }
        if [ "$1" = namespaces ]; then
          ip link set lo up && echo namespaces >where
          mkfifo ready
          unshare --net sh -c 'echo >ready; exec sleep 1000' &
          other=$!
          read -r line <ready
          ip link add here0 type veth peer name there0 netns $other
          ip addr add 10.4.7.1/24 dev here0
          ip link set here0 up
          there="nsenter --target $other --net"
          $there ip addr add 10.4.7.2/24 dev there0
          $there ip link set there0 up
          connect "$there" 10.4.7.2
          kill $other
        else
          connect "" 127.0.0.1
        fi

        """.utf8))
    let outcome = try scratch.shell(
      """
      if unshare --map-root-user --net true 2>/dev/null; then
        unshare --map-root-user --net sh net.sh namespaces
      else
        sh net.sh localhost
      fi
      """)
    if !(try scratch.names.contains("where")) {
      print("Network namespaces are not permitted here: the machine moved over localhost.")
    }
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try !scratch.names.contains { ["a.state", "b.state"].contains($0) })
    let stayed = try scratch.report("sketch.ch8", "--instructions", "\(37 * 101)")
    #expect(try scratch.report("final.state", "--frames", "0").state == stayed.state)
  }

  @Test(arguments: [
    ("</dev/null", "the other side has closed the connection"),
    ("--timeout 1 <&3", "the other side is not responding"),
    ("<wrong", "the receiver reports a different state digest"),
    ("<long", "the other side has closed the connection"),
    ("<short", "the other side has closed the connection"),
    (">/dev/full", "no space left"),
  ])
  func aMachineThatIsNotAcknowledgedStays(streams: String, reason: String) throws {
    let digest = String(repeating: "0", count: 64)
    for (name, text) in [
      ("wrong", "ready \(digest)\n"), ("long", "ready \(digest)00"), ("short", "ready 00"),
    ] { try scratch.write(name, Array(text.utf8)) }
    let outcome = try scratch.shell(
      "\(Self.unending); \"$CHIP8\" sketch.ch8 \(Self.leaving) \(streams)")
    #expect(outcome.code == 75)
    expectOneSentence(outcome, naming: "here.state: ")
    #expect(outcome.errors.contains(reason), "\(outcome.errors)")
    let stayed = try scratch.report("sketch.ch8", "--frames", "5")
    #expect(try scratch.report("here.state", "--frames", "0").state == stayed.state)
  }

  /// What the other side has already need not be sent.
  @Test(arguments: ["--no-rom", "--base base.state"])
  func machinesMoveWithoutDataThatTheReceiverHas(option: String) throws {
    _ = try scratch.report("sketch.ch8", "--frames", "2", "--save", "base.state")
    let outcome = try scratch.shell(
      """
      mkfifo back
      "$CHIP8" base.state \(Self.leaving) \(option) <back |
        "$CHIP8" --restore - --acknowledge --headless --frames 5 --save there.state \\
          --rom-path . --base-path . >back
      """)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try !scratch.names.contains("here.state"))
    let stayed = try scratch.report("sketch.ch8", "--frames", "12")
    #expect(try scratch.report("there.state", "--frames", "0").state == stayed.state)
  }

  /// It would be here without its program, which is not found.
  @Test func aMachineDoesNotLoseItsProgram() throws {
    let outcome = try scratch.shell(
      """
      mkfifo back
      "$CHIP8" sketch.ch8 \(Self.leaving) <back |
        "$CHIP8" --restore - --acknowledge --headless --frames 5 --save there.state --no-rom >back
      """)
    #expect(outcome.errors.contains("--no-rom would lose the program"), "\(outcome.errors)")
    #expect(try scratch.names.contains("here.state") && !scratch.names.contains("there.state"))
  }

  /// What was stored in it for its next life is a part of what is acknowledged.
  @Test func machinesMoveWithEntryCalls() throws {
    let outcome = try scratch.shell(
      """
      mkfifo back
      "$CHIP8" sketch.ch8 \(Self.leaving) --call 0x200 <back |
        "$CHIP8" --restore - --acknowledge --headless --frames 0 --save there.state >back
      """)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try !scratch.names.contains("here.state"))
    #expect(try scratch.chip8("image", "info", "there.state").text.contains("calls     0200"))
  }

  @Test func machinesThatStayReplaceTheirBase() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "2", "--save", "here.state")
    let outcome = try scratch.shell(
      "\"$CHIP8\" here.state \(Self.leaving) --no-rom --base here.state </dev/null")
    #expect(outcome.code == 75)
    let stayed = try scratch.report("sketch.ch8", "--frames", "7")
    #expect(try scratch.report("here.state", "--frames", "0").state == stayed.state)
  }

  @Test func closedPipesDoNotLoseTheMachine() throws {
    let outcome = try scratch.shell(
      "{ \"$CHIP8\" sketch.ch8 \(Self.leaving) <&3; echo $? >code; } 3<&0 | true")
    expectOneSentence(outcome, naming: "here.state: ")
    #expect(try scratch.text("code") == "75\n")
  }

  @Test func faultedMachinesDoNotMove() throws {
    try scratch.write("fault.ch8", Programs.fault)
    let outcome = try scratch.shell("\"$CHIP8\" fault.ch8 \(Self.leaving)")
    #expect(outcome.code == 70 && outcome.output.isEmpty)
    #expect(try scratch.names.contains("here.state"))
  }

  @Test func dataAfterAMachineIsLeftInTheStream() throws {
    let saved = try scratch.report("sketch.ch8", "--frames", "5", "--save", "a.state")
    let outcome = try scratch.shell(
      """
      \(Self.unending); cat a.state >&3; printf 'go\nwhat follows\n' >&3
      "$CHIP8" --restore - --acknowledge --headless --frames 0 --save b.state <&3
      head -n 1 <&3
      """)
    #expect(outcome.text == "ready \(saved.state.sha256)\nwhat follows\n")
  }

  /// Found out before the machine is on its way, on either side.
  @Test func unusableDestinationsAreFoundBeforehand() throws {
    let saved = try scratch.report("sketch.ch8", "--frames", "5", "--save", "a.state")
    let sender = try scratch.shell(
      "\"$CHIP8\" sketch.ch8 --headless --save - --move --else-save no/here.state")
    #expect(sender.code == 73 && sender.output.isEmpty)
    expectOneSentence(sender, naming: "no/here.state")
    for (path, code) in [("no/b.state", 73), (".", 73), ("/dev/full", 73)] {
      let receiver = try scratch.shell(
        "\"$CHIP8\" --restore - --acknowledge --headless --save \(path) <a.state")
      #expect(receiver.code == code && receiver.output.isEmpty, "\(receiver.errors)")
    }
    #expect(try scratch.report("a.state", "--frames", "0").state == saved.state)
    #expect(try scratch.names == ["a.state", "sketch.ch8"])
  }

  /// None of these streams ends, but for those that are cut off.
  @Test func invalidMachinesAreNotAcknowledged() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "5", "--save", "a.state")
    let image = try scratch.read("a.state")
    var tooLong = image
    tooLong.replaceSubrange(24..<28, with: [0, 0, 0, 0xFF])
    var damaged = image
    damaged[image.count - 1] ^= 1
    let unending: [(String, [UInt8], String)] = [
      ("text", Array("a script that is no image\n".utf8), "not a saved state"),
      ("long", tooLong, "larger than the limit of 16 MiB"), ("damaged", damaged, "damaged"),
      ("sections", Array(image.prefix(16)) + [UInt8](repeating: 0, count: 20 * 80), "malformed"),
    ]
    for (name, bytes, reason) in unending {
      try scratch.write(name, bytes)
      let outcome = try scratch.shell(
        "\(Self.unending); cat \(name) >&3; $CHIP8 --restore - --acknowledge --headless --save b <&3"
      )
      #expect(outcome.code == 65 && outcome.output.isEmpty, "\(name)")
      expectOneSentence(outcome, naming: reason)
    }
    for count in [0, 8, 16, 100, image.count - 1] {
      try scratch.expectRefusal(
        ["--restore", "-", "--acknowledge", "--headless", "--save", "b"],
        input: Array(image.prefix(count)),
        code: 65, naming: "truncated")
    }
    let silent = try scratch.shell(
      """
      \(Self.unending); head -c 100 a.state >&3
      "$CHIP8" --restore - --acknowledge --timeout 1 --headless --save b <&3
      """)
    #expect(silent.code == 66 && silent.output.isEmpty)
    expectOneSentence(silent, naming: "standard input: ")
  }

  @Test func driftedMachinesAreNotAcknowledged() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "5", "--save", "a.state")
    var image = AlteredImage(try scratch.read("a.state"))
    image["WITN"]?.contents[39] ^= 1
    try scratch.write("a.state", image.bytes)
    let outcome = try scratch.shell(
      "\"$CHIP8\" --restore - --acknowledge --headless --save b.state <a.state")
    #expect(outcome.code == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("would behave differently here"))
    #expect(try !scratch.names.contains("b.state"))
  }

  @Test func machinesOfAClosedConnectionAreNotTakenOver() throws {
    _ = try scratch.report("sketch.ch8", "--frames", "5", "--save", "a.state")
    let outcome = try scratch.shell(
      "\"$CHIP8\" --restore - --acknowledge --headless --save b.state <a.state >/dev/full")
    #expect(outcome.code == 74)
    expectOneSentence(outcome, naming: "the other side has closed the connection")
    #expect(try !scratch.names.contains("b.state"))
  }

  @Test(arguments: [
    ("--move", "--move"), ("--move --save -", "--move"), ("--else-save F", "--else-save"),
    ("--move --save F --else-save G", "--move"),
    ("--move --save - --else-save F --executable", "--move"),
    ("--move --save - --else-save -", "--else-save"), ("--acknowledge", "--acknowledge"),
    ("--move --save - --else-save F --record F", "--else-save"),
    ("--timeout 5", "--timeout"), ("--move --save - --else-save F --timeout 0", "--timeout"),
  ])
  func contradictoryOptions(options: String, name: String) throws {
    try scratch.expectRefusal(
      ["sketch.ch8", "--headless"] + options.split(separator: " ").map(String.init), code: 64,
      naming: name)
  }

  @Test func arrivingMachinesAreNotSavedToStandardOutput() throws {
    try scratch.expectRefusal(
      ["--restore", "-", "--acknowledge", "--headless", "--save", "-"], code: 64,
      naming: "--save FILE")
  }

  /// Who asks for neither a file nor a slot has the machine in the process alone.
  @Test func arrivingMachinesNeedNoFile() throws {
    let saved = try scratch.report("sketch.ch8", "--frames", "5", "--save", "a.state")
    let received = try scratch.shell(
      """
      \(Self.unending); cat a.state >&3; printf 'go\n' >&3
      "$CHIP8" --restore - --acknowledge --headless --frames 3 <&3
      """)
    #expect(received.code == 0 && received.text == "ready \(saved.state.sha256)\n")
  }

  @Test func standardOutputBelongsToTheSender() throws {
    for option in ["--json", "--print=screen", "--screenshot=-", "--trace=-", "--record=-"] {
      try scratch.expectRefusal(
        ["--restore", "-", "--acknowledge", "--headless", "--save", "b", option], code: 64,
        naming: "standard output")
    }
  }
}
