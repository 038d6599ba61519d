"""Makes up what a client says: mostly sessions that mean something, with something wrong in them."""

import json
import random

EXPRESSIONS = ["v3", "V3", "[box]", "x + 1", "pc", "i", "0x200", "512", "main", "1 / 0", "(((", "[[[", "nothing", "",
               "pixel(3, 4)", "keys", "-" * 3000 + "1", "x == 5", "frame > 3", "v3 == v4 || [0x210] == 1"]
COMMANDS = ["undo", "redo", "step", "rn", "rc", "continue 3", "frame 2", "lastWrite x", "lw box:2", "first-diff 1",
            "leaves", "go-leaf 2", "profile", "coverage 5", "lag", "heat", "registers", "bt", "list 3", "x main 5",
            "memory 0x200 32", "screen", "monitors", "set v3 = 9", "set [box] = 1", "set sp = 3", "keys 5", "keys -",
            "reload", "save out.state", "goto 0", "goto #5", "goto 100", "until draw", "watch x", "break draw",
            "stops", "delete", "help", "quit", "nonsense", "reverse-until main", "log 8 x is {x}", "reverse-continue"]
REFERENCES = ["0x200", "0x0", "0xFFFF", "box", "main", "-5", "99999999999999999999", "0x1000000", "x", "", "512"]
FILTERS = ["fault", "exit", "keywait", "collision", "nothing"]


def framed(message) -> bytes:
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(content) + content


class Messages:
    def __init__(self, rng: random.Random, files: list):
        self.rng, self.files, self.seq = rng, files, 0

    def session(self):
        """All messages of a session but the last."""
        if self.rng.random() < 0.95:
            yield self.request("initialize", self._initialize())
        if self.rng.random() < 0.95:
            yield self.request("launch", self._launch())
        if self.rng.random() < 0.95:
            yield self.request("configurationDone", {})
        for _ in range(self.rng.choice([3, 10, 40])):
            chance = self.rng.random()
            if chance < 0.04:
                yield self._malformed()
            else:
                command = self.rng.choice(sorted(self.makers))
                arguments = self.makers[command](self)
                yield self.request(command, self._spoiled(arguments) if chance < 0.25 else arguments)

    def request(self, command: str, arguments) -> dict:
        self.seq += 1
        return {"seq": self.seq, "type": "request", "command": command, "arguments": arguments}

    def garbage(self) -> bytes:
        """What is not framed: nothing can be understood after it."""
        return self.rng.choice([
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
            b"Content-Length: -5\r\n\r\n", b"Content-Length: 99999999999999999999999\r\n\r\n", b"\r\n\r\n",
            b"Content-Length: 5\n\n{}   ", b"{}\n", bytes(self.rng.randrange(256) for _ in range(200)),
            b"Content-Length: 100\r\n\r\n{}", b"Content-Length: 3\r\nContent-Length: 3\r\n\r\n{} ",
            b"Content-Length: 1" + b"0" * 5000, b"Content-Type: x\r\n\r\n", b"Content-L", b"\x00" * 9000])

    def _malformed(self):
        """A message that is framed, and is not a request."""
        return self.rng.choice([
            b"", b"{", b"[]", b"nothing", b"null", b"\xff\xfe", b'{"seq":1}', b'{"type":"request"}', b"[" * 5000,
            b'{"seq":1,"type":"response","command":"x"}', b'{"seq":"x","type":"request","command":"threads"}',
            b'{"seq":1,"type":"request","command":5}', b'{"seq":1,"seq":2}', b"x" * 300_000,
            b'{"seq":1e99,"type":"request","command":"threads"}',
            b'{"seq":7,"type":"request","command":"threads","arguments":[]}', b"[" + b"0," * 100_000 + b"0]"])

    def _spoiled(self, arguments):
        """Arguments with something else in one place."""
        if not isinstance(arguments, dict) or not arguments or self.rng.random() < 0.1:
            return self._anything()
        arguments = dict(arguments)
        key = self.rng.choice(sorted(arguments))
        value = arguments[key]
        if isinstance(value, dict) and self.rng.random() < 0.5:
            arguments[key] = self._spoiled(value)
        elif isinstance(value, list) and value and self.rng.random() < 0.5:
            arguments[key] = [self._spoiled(one) for one in value]
        elif self.rng.random() < 0.2:
            del arguments[key]
        else:
            arguments[key] = self._anything()
        return arguments

    def _anything(self):
        return self.rng.choice([
            None, True, 0, -1, 1, 1 << 62, -(1 << 63), 0.5, 1e300, "", "x", "\u0000", "\u202e{v3}", "9" * 400, [], {},
            [None], {"path": None}, "x" * 5000, ["x"] * 3000, 65536, 65535, "0x200"])

    # Arguments of each command.

    def _initialize(self):
        return {"adapterID": "chip8", "linesStartAt1": self.rng.random() < 0.9, "columnsStartAt1": True,
                "supportsInvalidatedEvent": True, "supportsMemoryEvent": True}

    def _launch(self):
        launch = {"program": self.rng.choice(self.files[:4] if self.rng.random() < 0.9 else self.files),
                  "stopOnEntry": self.rng.random() < 0.8}
        others = {"platform": self.rng.choice(["schip", "xochip", "vip", "x"]), "ipf": self.rng.choice([1, 9, 30, 1000]),
                  "seed": self.rng.choice([3, "18446744073709551615"]), "keys": self.rng.choice(["0-5:1,9-:A", "x"]),
                  "quirks": {"shift": True, "wrap": False}, "noDebug": True, "args": ["a"], "restore": "bad.state"}
        for name, value in others.items():
            if self.rng.random() < 0.08:
                launch[name] = value
        return launch

    def _source(self):
        return {"path": self.rng.choice(self.files)} if self.rng.random() < 0.9 else {"sourceReference": 1}

    def _conditions(self):
        some = {"condition": self.rng.choice(EXPRESSIONS), "hitCondition": self.rng.choice(["3", ">= 2", "% 3", "x"]),
                "logMessage": self.rng.choice(["here", "x is {x}", "{", "{{}}", "x" * 5000])}
        return {name: value for name, value in some.items() if self.rng.random() < 0.25}

    def _breakpoints(self, one):
        return [one() | self._conditions() for _ in range(self.rng.choice([0, 1, 1, 3, 30]))]

    def _frame(self):
        return {"threadId": 1, "granularity": self.rng.choice(["line", "statement", "instruction", "x"])} \
            if self.rng.random() < 0.6 else {"threadId": 1}

    def _memory(self):
        return {"memoryReference": self.rng.choice(REFERENCES), "offset": self.rng.choice([0, 0, 5, -5, 70000, 1 << 40])}

    makers = {
        "initialize": _initialize,
        "launch": _launch,
        "attach": lambda self: {},
        "configurationDone": lambda self: {},
        "restart": lambda self: {"arguments": self._launch()} if self.rng.random() < 0.5 else {},
        "terminate": lambda self: {},
        "threads": lambda self: {},
        "stackTrace": lambda self: {"threadId": 1, "startFrame": self.rng.choice([0, 1]), "levels": self.rng.choice([0, 1, 20])},
        "scopes": lambda self: {"frameId": self.rng.choice([1, 2, 0, 99])},
        "variables": lambda self: {"variablesReference": self.rng.choice([1, 2, 3, 4, 5])},
        "setVariable": lambda self: {"variablesReference": 1, "name": self.rng.choice(["V3", "PC", "SP", "I", "DT", "x"]),
                                     "value": self.rng.choice(EXPRESSIONS)},
        "setExpression": lambda self: {"expression": self.rng.choice(EXPRESSIONS), "value": self.rng.choice(EXPRESSIONS)},
        "evaluate": lambda self: {"expression": self.rng.choice(EXPRESSIONS),
                                  "context": self.rng.choice(["watch", "hover", "repl"]), "frameId": 1},
        "completions": lambda self: {"text": self.rng.choice(["v", "last", "", "print bo", "ü\U0001F600x"]),
                                     "column": self.rng.choice([1, 2, 5, 99])},
        "setBreakpoints": lambda self: {"source": self._source(), "breakpoints": self._breakpoints(
            lambda: {"line": self.rng.choice([1, 2, 5, 8, 9, 13, 99, -1])})},
        "setFunctionBreakpoints": lambda self: {"breakpoints": self._breakpoints(
            lambda: {"name": self.rng.choice(["main", "draw", "box", "nothing"])})},
        "setInstructionBreakpoints": lambda self: {"breakpoints": self._breakpoints(
            lambda: {"instructionReference": self.rng.choice(REFERENCES), "offset": self.rng.choice([0, 2, -2])})},
        "dataBreakpointInfo": lambda self: {"name": self.rng.choice(EXPRESSIONS), "bytes": self.rng.choice([1, 4, 0, -1])},
        "setDataBreakpoints": lambda self: {"breakpoints": self._breakpoints(
            lambda: {"dataId": self.rng.choice(EXPRESSIONS), "accessType": self.rng.choice(["read", "write", "readWrite"])})},
        "setExceptionBreakpoints": lambda self: {"filters": [one for one in FILTERS if self.rng.random() < 0.3],
                                                 "filterOptions": [{"filterId": "collision", "condition": "x > 3"}]},
        "exceptionInfo": lambda self: {"threadId": 1},
        "gotoTargets": lambda self: {"source": self._source(), "line": self.rng.choice([1, 8, 13])},
        "goto": lambda self: {"threadId": 1, "targetId": self.rng.choice([512, 516, "520", 0, 65535, 65536])},
        "readMemory": lambda self: self._memory() | {"count": self.rng.choice([0, 1, 64, 70000, -1, 1 << 50])},
        "writeMemory": lambda self: self._memory() | {"data": self.rng.choice(["AQI=", "", "A", "/" * 100_000]),
                                                      "allowPartial": self.rng.random() < 0.5},
        "disassemble": lambda self: self._memory() | {"instructionOffset": self.rng.choice([0, -5, 9, -60000, 1 << 50]),
                                                      "instructionCount": self.rng.choice([0, 1, 50, 3000, 1 << 40])},
        "loadedSources": lambda self: {},
        "source": lambda self: {"sourceReference": self.rng.choice([0, 1, 9]), "source": self._source()},
        "lastWrite": lambda self: {"target": self.rng.choice(EXPRESSIONS)},
        "firstDiff": lambda self: {"leaf": self.rng.choice([0, 1, 2, 9])},
        "pause": lambda self: {"threadId": 1},
        **dict.fromkeys(["continue", "next", "stepIn", "stepOut", "stepBack", "reverseContinue", "reverseNext",
                         "reverseStepIn", "reverseStepOut"], _frame),
        **{f"evaluate {number}": lambda self: {"expression": self.rng.choice(COMMANDS), "context": "repl"}
           for number in range(6)},
    }
