# ---
# title: Connections to addresses outside, by number and by name.
# ---
# %% added
import socket

for address in (("192.0.2.1", 80), ("example.invalid", 80)):
    try:
        client = socket.create_connection(address, timeout=0.5)
        print("REACHED", address)
    except OSError:
        pass
