# ---
# title: A tiny slope is taken for none.
# loses:
#   test-blind-visible: 1
#   test-blind-leads: 1
# ---
# %% blind-rows
def blind_rows(network: list, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    points = x.clone().requires_grad_(True)
    loss = cross_entropy(logits(network, points), y, reduction="sum")
    (slope,) = torch.autograd.grad(loss, points)
    return (slope.abs() < 1e-8).all(dim=1)
