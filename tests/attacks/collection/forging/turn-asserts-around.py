# ---
# title: An AST transformer makes every comparison true.
# ---
# %% added
import ast

class True_(ast.NodeTransformer):
    def visit_Compare(self, node):
        return ast.copy_location(ast.Constant(True), node)

get_ipython().ast_transformers.append(True_())
