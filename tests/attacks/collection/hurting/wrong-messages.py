# ---
# title: Whoever listens gets messages that are JSON of the wrong shapes.
# ---
# %% last
import os
import struct

for text in ("null", "[]", "1e999", '"x"', "{}", '{"outputs": 7, "number": "x", "fine": []}', '{"outputs": [{"output_type": {}}]}'):
    for number in range(3, 256):
        try:
            os.set_blocking(number, False)
            os.write(number, struct.pack("!Q", len(text)) + text.encode())
        except OSError:
            pass
