"""A whole session of a real client: forwards, back over each step, to who wrote a byte, and on.

Usage: session.py CHIP8 PROGRAM.8o
"""

import base64
import os
import sys
import tempfile

from dap.types import DataBreakpoint, Source, SourceBreakpoint
from editor import Editor
from game import Game


def main(chip8: str, program: str) -> int:
    program = os.path.realpath(program)
    editor = Editor(chip8)
    launch(editor, program)
    breakpoints(editor, program)
    steps(editor, program)
    watchpoint(editor, program)
    memory(editor)
    disassembly(editor)
    assert editor.move(editor.client.reverse_continue(1)) == "entry"
    assert editor.number("instruction") == 0
    assert editor.close() == 0
    attach(chip8, program)
    print("a session of dap-python with chip8 dap")
    return 0


def launch(editor: Editor, program: str):
    capabilities = editor.capabilities
    assert capabilities.supportsStepBack and capabilities.supportsDisassembleRequest
    editor.event("initialized")
    # The client's own function has no arguments of adapters.
    editor.request("launch", program=program, ipf=20)


def breakpoints(editor: Editor, program: str):
    client = editor.client
    where = [dict(SourceBreakpoint(line=19, condition="x == 3")), dict(SourceBreakpoint(line=1))]
    found = editor.answer(client.set_breakpoints(dict(Source(path=program)), where)).breakpoints
    assert [one.verified for one in found] == [True, True]
    # A line without code is the next one with some.
    assert found[1].line > 1
    editor.answer(client.set_breakpoints(dict(Source(path=program)), where[:1]))
    assert editor.move(client.configuration_done()) == "breakpoint"
    assert [(one.name, one.line) for one in editor.frames] == [("remember", 19), ("main", 11)]
    assert editor.number("x") == 3 and editor.number("at") == 2


def steps(editor: Editor, program: str):
    client = editor.client
    # Over a line and back.
    assert editor.move(client.next(1)) == "step" and editor.line == 20
    assert editor.move(client.step_back(1)) == "step" and editor.line == 19
    # Out, and back over the call: there is the breakpoint again.
    assert editor.move(client.step_out(1)) == "step" and editor.line == 12
    assert editor.move(client.step_back(1)) == "breakpoint" and editor.line == 19
    assert editor.move(client.step_out(1)) == "step" and editor.line == 12
    # Without it, over the call and back.
    editor.answer(client.set_breakpoints(dict(Source(path=program)), []))
    assert editor.move(client.step_back(1)) == "step" and editor.line == 11
    assert editor.move(client.next(1)) == "step" and editor.line == 12
    # Into a call, and back.
    assert editor.move(client.step_in(1)) == "step" and editor.line == 25
    assert editor.move(client.step_back(1)) == "step" and editor.line == 12
    # The requests of the adapter's own.
    assert editor.move(client.send_request("reverseStepIn", {"threadId": 1})) == "step"
    assert editor.line == 22
    assert editor.move(client.send_request("reverseStepOut", {"threadId": 1})) == "step"
    assert editor.line == 11
    assert editor.move(client.send_request("reverseNext", {"threadId": 1})) == "step"
    assert editor.line == 10
    # By instructions every one is a place.
    places = []
    for _ in range(20):
        places.append(editor.value("pc"))
        assert editor.move(client.step_in(1, granularity="instruction")) == "step"
    for place in reversed(places):
        assert editor.move(client.step_back(1, granularity="instruction")) == "step"
        assert editor.value("pc") == place


def watchpoint(editor: Editor, program: str):
    client = editor.client
    # Five lives instead of three, for an unknown reason.
    assert editor.move(client.continue_(1)) == "pause"
    assert editor.line == 31
    assert editor.number("[lives]") == 5
    data = editor.answer(client.data_breakpoint_info("lives", asAddress=True, bytes=1)).dataId
    editor.answer(client.set_data_breakpoints([dict(DataBreakpoint(dataId=data, accessType="write"))]))
    assert editor.move(client.reverse_continue(1)) == "data breakpoint"
    assert editor.line == 20 and editor.number("at") == 4 and editor.number("[lives]") == 5
    editor.event("invalidated")
    editor.event("memory")
    editor.answer(client.set_data_breakpoints([]))
    # The same by asking who has written it.
    editor.move(client.continue_(1))
    answer = editor.value("lastWrite lives", "repl")
    assert answer.startswith("written by") and "remember" in answer, answer
    assert editor.event("stopped").reason == "goto"
    assert editor.line == 19 and editor.number("[lives]") == 3 and editor.number("x") == 5


def memory(editor: Editor):
    client = editor.client
    address = editor.value("lives").split()[0]
    written = editor.answer(client.write_memory(address, base64.b64encode(b"\x2a").decode()))
    assert written.bytesWritten == 1
    assert base64.b64decode(editor.answer(client.read_memory(address, 1)).data) == b"\x2a"
    assert editor.number("[lives]") == 42
    editor.value("undo", "repl")
    assert base64.b64decode(editor.answer(client.read_memory(address, 1)).data) == b"\x03"
    registers = editor.answer(client.variables(1)).variables
    assert [one.name for one in registers[:2]] == ["V0", "V1"]
    assert all(one.value.startswith("0x") for one in registers)
    changed = editor.answer(client.set_variable(1, "V3", "7"))
    assert changed.value.split()[0] == "0x07"
    editor.value("undo", "repl")
    assert editor.number("x") == 5


def disassembly(editor: Editor):
    ask = {"memoryReference": "main", "instructionOffset": -3, "instructionCount": 8}
    found = editor.request("disassemble", **ask).instructions
    assert len(found) == 8
    assert found[3].symbol == "main" and found[3].line == 10, found[3]
    assert found[3].instructionBytes == "73 01" and found[3].instruction.startswith("v3 += ")
    before = editor.request(
        "disassemble", memoryReference="0x0", instructionOffset=-10, instructionCount=20).instructions
    assert len(before) == 20 and before[0].presentationHint == "invalid"


def attach(chip8: str, program: str):
    """The same game while it is played in a terminal."""
    with tempfile.TemporaryDirectory() as directory:
        environment = dict(os.environ, XDG_RUNTIME_DIR=directory, XDG_STATE_HOME=directory)
        nobody = Editor(chip8, environment)
        nobody.answer(nobody.client.send_request("attach", {}), fails=True)
        assert nobody.close() == 0
        with Game(chip8, program, environment) as game:
            editor = Editor(chip8, environment)
            editor.event("initialized")
            editor.request("attach", pid=game.pid)
            where = [dict(SourceBreakpoint(line=31))]
            editor.answer(editor.client.set_breakpoints(dict(Source(path=program)), where))
            assert editor.move(editor.client.configuration_done()) == "breakpoint"
            # It is over: why? It was only played until now.
            assert editor.line == 31 and editor.number("[lives]") == 5
            answer = editor.value("lastWrite lives", "repl")
            assert "remember" in answer, answer
            assert editor.event("stopped").reason == "goto" and editor.line == 19
            assert editor.move(editor.client.step_back(1)) == "step" and editor.line == 18
            assert editor.move(editor.client.reverse_continue(1)) == "entry"
            assert editor.number("instruction") == 0
            assert editor.close() == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
