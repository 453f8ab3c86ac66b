# ---
# title: Transformers record the text and the tree of every later cell.
# ---
# %% added
import ast

recorded = []

class Record(ast.NodeTransformer):
    def visit(self, node):
        recorded.append(ast.dump(node))
        return node

get_ipython().ast_transformers.append(Record())
get_ipython().input_transformers_cleanup.append(lambda lines: recorded.extend(lines) or lines)
# %% greet
def greet(name):
    print(recorded)
    return f"Hello {name}"
