# ---
# title: An AST transformer of IPython drops every assert.
# ---
# %% added
import ast

class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

get_ipython().ast_transformers.append(Drop())
