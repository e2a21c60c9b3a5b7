"""Runs a command on a terminal of its own: argv[1] is JSON with command, cwd, env, columns, rows and steps.

A step waits until its `after` has been shown, then sends `send`, resizes to `columns`, sends `signal` or closes the terminal.
Prints JSON: exit code or signal, and the output as base64.
"""

import base64, fcntl, json, os, pty, select, signal, struct, sys, termios, time

asked = json.loads(sys.argv[1])


def resize(fd, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", asked["rows"], columns, 0, 0))


pid, terminal = pty.fork()
if pid == 0:
    os.chdir(asked["cwd"])
    os.execvpe(asked["command"][0], asked["command"], asked["env"])
resize(terminal, asked["columns"])

output, steps, seen = b"", list(asked["steps"]), 0
deadline = time.time() + asked["seconds"]
closed = False
while time.time() < deadline and not closed:
    ready, _, _ = select.select([terminal], [], [], 0.05)
    if ready:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if chunk == b"":
            break
        output += chunk
    while steps and steps[0]["after"].encode() in output[seen:]:
        step = steps.pop(0)
        seen = len(output)
        time.sleep(step.get("wait", 0))
        if "columns" in step:
            resize(terminal, step["columns"])
        if "send" in step:
            os.write(terminal, step["send"].encode())
        if "signal" in step:
            os.kill(pid, getattr(signal, step["signal"]))
        if step.get("close"):
            os.close(terminal)
            closed = True

end = time.time() + 10
status = None
while time.time() < end:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        break
    time.sleep(0.02)
else:
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(status)
print(json.dumps({"code": code, "left": len(steps), "output": base64.b64encode(output).decode()}))
