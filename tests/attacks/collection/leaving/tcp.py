# ---
# title: A TCP connection to a server on this machine.
# ---
# %% added
import socket

for address in (("127.0.0.1", @TCP@), ("localhost", @TCP@)):
    try:
        socket.create_connection(address, timeout=2).sendall(b"hello")
        print("REACHED tcp")
    except OSError:
        pass
