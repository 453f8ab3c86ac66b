# ---
# title: The built-in compile and exec record what they get.
# ---
# %% added
import builtins

recorded = []
for name in ("compile", "exec", "eval"):
    def spy(*args, old=getattr(builtins, name), **options):
        recorded.append(str(args[0])[:20_000])
        return old(*args, **options)

    setattr(builtins, name, spy)
# %% greet
def greet(name):
    print(recorded)
    return f"Hello {name}"
