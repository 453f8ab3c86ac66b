# ---
# title: The logarithm of the probability is returned, the loss with its sign changed.
# loses:
#   test-confidence-visible: 1
#   test-confidence-definition: 1
#   test-confidence-extreme: 1
# ---
# %% confidence
def confidence(logits, labels) -> np.ndarray:
    return (logits - logsumexp(logits, axis=1, keepdims=True))[np.arange(len(labels)), labels]
