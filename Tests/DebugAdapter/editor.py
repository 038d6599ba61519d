"""An editor as dap-python makes one: it starts `chip8 dap`, and waits for its responses."""

import subprocess
from types import SimpleNamespace

from dap import Client
from dap.base import ErrorResponse
from dap.handler import Handler
from pydantic import ValidationError


class Answers(Handler):
    """dap-python 0.5.0 expects whole responses in the bodies of those that have none, and some numbers as
    texts. Such a message is taken as it is."""

    def handle_response(self, response):
        try:
            answer = super().handle_response(response)
        except ValidationError:
            answer = response
        return response.request_seq, answer

    def handle_event(self, event):
        try:
            return event.event, super().handle_event(event)
        except ValidationError:
            return event.event, SimpleNamespace(**event.body)


class Editor:
    def __init__(self, chip8: str, environment=None):
        self.process = subprocess.Popen(
            [chip8, "dap"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.client = Client("chip8", lines_start_at1=True, columns_start_at1=True)
        self.client.handler = Answers(self.client)
        self.answers, self.events = {}, []
        # The client has asked to initialize by itself.
        self.capabilities = self.answer(1)

    # Speaking and listening.

    def answer(self, request: int, fails: bool = False):
        """The answer to a request; it has to go well, or to fail."""
        self._flush()
        while request not in self.answers:
            self._read()
        answer = self.answers.pop(request)
        assert isinstance(answer, ErrorResponse) == fails, answer
        return answer

    def request(self, command: str, **arguments):
        """Asks for what the client has no function for."""
        return self.answer(self.client.send_request(command, arguments))

    def event(self, name: str):
        """The next event of a kind."""
        self._flush()
        while True:
            for index, (kind, body) in enumerate(self.events):
                if kind == name:
                    del self.events[index]
                    return body
            self._read()

    def _flush(self):
        self.process.stdin.write(self.client.send())
        self.process.stdin.flush()

    def _read(self):
        data = self.process.stdout.read1(65536)
        assert data, "the adapter has ended"
        for name, body in self.client.receive(data):
            if isinstance(name, int):
                self.answers[name] = body
            else:
                self.events.append((name, body))

    # What tests ask for.

    def move(self, request: int):
        """Why the machine has stopped after a request."""
        self.events = [one for one in self.events if one[0] != "stopped"]
        self.answer(request)
        return self.event("stopped").reason

    @property
    def frames(self):
        return self.answer(self.client.stack_trace(1)).stackFrames

    @property
    def line(self) -> int:
        return self.frames[0].line

    def value(self, expression: str, context: str = "watch") -> str:
        return self.answer(self.client.evaluate(expression, context=context)).result

    def number(self, expression: str) -> int:
        return int(self.value(expression).split()[0], 16)

    def close(self) -> int:
        self.answer(self.client.disconnect())
        self.process.stdin.close()
        return self.process.wait()
