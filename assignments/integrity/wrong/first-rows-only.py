# ---
# title: Only the first d + 1 questions are used.
# loses:
#   test-copy-rounded: 1
# ---
# %% copy-softmax
def copy_softmax(questions, answers):
    d = questions.shape[1]
    table = np.c_[questions, np.ones(len(questions))][: d + 1]
    if np.linalg.matrix_rank(table) < d + 1:
        raise ValueError("these questions do not determine the model")
    solution = np.linalg.solve(table, np.log(answers[: d + 1, 1:] / answers[: d + 1, :1]))
    return solution[:-1].T, solution[-1]
