# ---
# title: The parser that the shell uses records the cells.
# ---
# %% added
import ast

recorded = []
parse = ast.parse
ast.parse = lambda source, *args, **options: recorded.append(str(source)) or parse(source, *args, **options)
# %% greet
def greet(name):
    print(recorded)
    return f"Hello {name}"
