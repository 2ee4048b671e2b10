"""A timd for tests that compare what it tells with figures of their own."""

import os
import subprocess


class Daemon:
    """A timd on a free port of the loopback, whose time is that of the feed."""

    def __init__(self, tools, folder, program=None):
        self.tools = tools
        self.program = program
        self.data = folder / "data"
        self.log = open(folder / "timd.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [tools / "timd", "--data", self.data, "--listen", "127.0.0.1:0", "--clock", "events"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = self.process.stdout.readline().split()
        if len(ready) != 2 or ready[0] != "ready":
            self.__exit__()
            raise RuntimeError("timd did not start: " + (folder / "timd.log").read_text(encoding="utf-8"))
        self.address = ready[1]

    def tim(self, *arguments, accepted=(0,)):
        environment = os.environ | {"TIM_SERVER": self.address, "TIM_KEY_FILE": str(self.data / "admin.key")}
        if self.program is not None:
            environment["TIM_PROGRAM"] = self.program
        done = subprocess.run([self.tools / "tim", *map(str, arguments)], env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in accepted:
            raise RuntimeError(f"tim {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr}{done.stdout}")
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
