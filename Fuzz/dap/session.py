"""A running `chip8 dap`, and the rules that must hold of what it says."""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading

from messages import framed

# What counts as a hang, in seconds.
TIMEOUT = 120
# No client makes it take more memory than this, in KiB.
MAX_MEMORY = 600 << 10
MOTIONS = {"continue", "next", "stepIn", "stepOut", "stepBack", "reverseContinue", "reverseNext", "reverseStepIn",
           "reverseStepOut", "configurationDone", "restart"}
EVENTS = {"initialized", "stopped", "continued", "output", "invalidated", "memory", "terminated", "exited",
          "breakpoint", "loadedSource"}


class Broken(Exception):
    """A rule that does not hold."""


class Session:
    def __init__(self, program: str, directory: str, verbose: bool):
        self._errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [program, "dap"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            start_new_session=True, env={"PATH": os.environ["PATH"], "HOME": directory, "SWIFT_BACKTRACE": "enable=no"})
        self.verbose, self.sent, self.is_broken = verbose, [], False
        self.last, self.answers = 0, {True: 0, False: 0}
        self.expected, self.memory = {}, 0
        self.incoming = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    # Speaking.

    def send(self, message, waits: bool):
        if isinstance(message, dict):
            message = dict(message, command=message["command"].split()[0])
        self.sent.append(message)
        self.send_raw(framed(message), is_framed=True)
        seq = message["seq"] if isinstance(message, dict) else None
        self.expected[seq] = self.expected.get(seq, 0) + 1
        while waits and self.expected.get(seq):
            self._take()
        if waits and seq and message["command"] in MOTIONS:
            self._settle()

    def send_raw(self, data: bytes, is_framed: bool = False):
        if self.verbose:
            print(">", data[:400], flush=True)
        self.is_broken = self.is_broken or not is_framed
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def _settle(self):
        """Waits until the machine stops, or pauses it."""
        while True:
            try:
                message = self._take(timeout=0.3)
            except queue.Empty:
                return
            if message is None or message.get("event") in ("stopped", "terminated"):
                return

    def end(self):
        """Says nothing more, and waits for the end."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        while self._take() is not None:
            pass
        memory = self.memory
        try:
            code = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Broken("it has not ended") from None
        if code not in ({0, 65} if self.is_broken else {0}):
            raise Broken(f"it has ended with {code}")
        unanswered = [seq for seq, count in self.expected.items() if count > 0]
        if unanswered:
            raise Broken(f"requests without a response: {unanswered}")
        if memory > MAX_MEMORY:
            raise Broken(f"it has taken {memory} KiB of memory")

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self._listener.join()

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    # Listening.

    def _listen(self):
        while True:
            header = self.process.stdout.readline()
            if not header:
                return self.incoming.put(None)
            try:
                length = int(header.removeprefix(b"Content-Length: "))
                assert self.process.stdout.readline() == b"\r\n"
                self.incoming.put(json.loads(self.process.stdout.read(length)))
                self._measure()
            except (ValueError, AssertionError) as error:
                self.incoming.put({"type": "nothing", "error": f"{header!r}: {error}"})
                return self.incoming.put(None)

    def _measure(self):
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                for line in status:
                    if line.startswith("VmHWM:"):
                        self.memory = max(self.memory, int(line.split()[1]))
        except OSError:
            pass

    def _take(self, timeout=None):
        """The next message; nil after the last."""
        try:
            message = self.incoming.get(timeout=timeout or TIMEOUT)
        except queue.Empty:
            if timeout:
                raise
            raise Broken(f"nothing was said for {TIMEOUT} seconds") from None
        if message is None:
            self.incoming.put(None)
            if self.expected and not self.is_broken and any(self.expected.values()) and self.process.stdin \
                    and not self.process.stdin.closed:
                raise Broken(f"it has ended too early, with {self.process.wait(TIMEOUT)}")
            return None
        if self.verbose:
            print("<", json.dumps(message)[:400], flush=True)
        self._check(message)
        return message

    def _check(self, message: dict):
        if message["type"] == "nothing":
            raise Broken(f"not a message: {message['error']}")
        if message.get("seq") != self.last + 1:
            raise Broken(f"a message has the wrong number: {message}")
        self.last += 1
        if message["type"] == "event":
            if message["event"] not in EVENTS:
                raise Broken(f"an unknown event: {message}")
        elif message["type"] == "response":
            self.answers[message["success"]] += 1
            seq = message["request_seq"]
            if not message["success"] and not message.get("message"):
                raise Broken(f"a failure without a reason: {message}")
            seq = seq if self.expected.get(seq) else None
            if not self.expected.get(seq) and not self.is_broken:
                raise Broken(f"an unrequested response: {message}")
            self.expected[seq] = self.expected.get(seq, 0) - 1
        else:
            raise Broken(f"not a message: {message}")
