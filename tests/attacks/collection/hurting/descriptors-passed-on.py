# ---
# title: Descriptors of devices and pipes are passed to whoever listens.
# ---
# %% last
import os
import socket
import stat

for number in range(3, 256):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            found = socket.socket(fileno=os.dup(number))
            socket.send_fds(found, [b"x" * 8], [os.open("/dev/zero", os.O_RDONLY)] * 50)
    except OSError:
        pass
