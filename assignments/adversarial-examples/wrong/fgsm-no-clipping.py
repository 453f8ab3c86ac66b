# ---
# title: The step is not brought back to 0 to 1.
# loses:
#   test-fgsm-visible: 1
#   test-fgsm-box: 1
#   test-fgsm-exact: 1
# ---
# %% fgsm
def fgsm(network: list, x: torch.Tensor, y: torch.Tensor, eps: float) -> torch.Tensor:
    points = x.clone().requires_grad_(True)
    loss = cross_entropy(logits(network, points), y, reduction="sum")
    (slope,) = torch.autograd.grad(loss, points)
    return x + eps * slope.sign()
