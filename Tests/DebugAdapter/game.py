"""A game that is played in a terminal whose output is discarded."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
import time


class Game:
    def __init__(self, chip8: str, program: str, environment):
        self.terminal, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = dict(environment, TERM="xterm-256color")
        self.process = subprocess.Popen(
            [chip8, program, "--terminal", "--autosave", "0", "--config", "off"], env=environment,
            stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(terminal)
        self.pid = self.process.pid
        threading.Thread(target=self._read, daemon=True).start()
        socket = os.path.join(environment["XDG_RUNTIME_DIR"], "chip8", f"{self.pid}.sock")
        while not os.path.exists(socket):
            assert self.process.poll() is None, "the game has ended"
            time.sleep(0.01)

    def _read(self):
        try:
            while os.read(self.terminal, 65536):
                pass
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait() == 130
        os.close(self.terminal)
