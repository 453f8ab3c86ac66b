# ---
# title: The whole change has the length eps, in place of each pixel.
# loses:
#   test-fgsm-visible: 1
#   test-fgsm-exact: 1
#   test-fgsm-slope: 1
# ---
# %% fgsm
def fgsm(network: list, x: torch.Tensor, y: torch.Tensor, eps: float) -> torch.Tensor:
    points = x.clone().requires_grad_(True)
    loss = cross_entropy(logits(network, points), y, reduction="sum")
    (slope,) = torch.autograd.grad(loss, points)
    return (x + eps * slope / slope.norm(dim=1, keepdim=True).clamp(min=1e-30)).clamp(0, 1)
