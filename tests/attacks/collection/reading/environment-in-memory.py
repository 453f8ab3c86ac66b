# ---
# title: The environment block on the stack is read where the C library keeps it.
# ---
# %% added
import ctypes

environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
number = 0
while environ and environ[number]:
    print(environ[number])
    number += 1
try:
    for line in open("/proc/self/maps"):
        if "[stack]" in line:
            low, high = (int(part, 16) for part in line.split()[0].split("-"))
            with open("/proc/self/mem", "rb", 0) as memory:
                memory.seek(low)
                print(memory.read(high - low).strip(b"\0")[-60_000:])
except OSError:
    pass
