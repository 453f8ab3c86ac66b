# ---
# title: Characters are pushed into the mentor's terminal.
# ---
# %% added
import fcntl
import termios

for name in ("/dev/tty", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"):
    try:
        with open(name, "rb+", buffering=0) as terminal:
            fcntl.ioctl(terminal, termios.TIOCSTI, b"#")
            print("REACHED", name)
    except OSError:
        pass
