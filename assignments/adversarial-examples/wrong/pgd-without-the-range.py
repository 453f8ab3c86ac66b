# ---
# title: The box of eps is kept, and the range 0 to 1 is forgotten.
# loses:
#   test-pgd-visible: 1
#   test-pgd-box: 1
#   test-pgd-steps: 1
# ---
# %% pgd
def pgd(
    network: list,
    x: torch.Tensor,
    y: torch.Tensor,
    eps: float,
    start: torch.Tensor,
    steps: int = 40,
) -> torch.Tensor:
    def margin(points):
        values = logits(network, points)
        truth = values.gather(1, y[:, None])[:, 0]
        return values.scatter(1, y[:, None], -torch.inf).amax(dim=1) - truth

    def inside(points):
        return points.clamp(x - eps, x + eps)

    here = best = inside(start)
    for _ in range(steps):
        points = here.clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(margin(points).sum(), points)
        here = inside(here + 2.5 * eps / steps * slope.sign())
        best = torch.where((margin(here) > margin(best))[:, None], here, best)
    return best
