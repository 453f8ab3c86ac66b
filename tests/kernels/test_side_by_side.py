"""Notebooks give the same outputs on a cold and on a warm kernel."""

import copy
import re

import nbformat
import pytest
from nbclient import NotebookClient

from kit.kernels import WarmKernelManager

NUMBERS = [
    "import numpy as np\nimport pandas as pd\nrng = np.random.default_rng(1)",
    "table = pd.DataFrame(rng.normal(size=(4, 3)), columns=list('abc'))\ntable",
    "table.describe()",
    "np.linalg.svd(table)[1]",
    "table.a.sum(), table.groupby(table.a > 0).b.mean().to_dict()",
]
FIGURES = [
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport numpy as np",
    "fig, ax = plt.subplots(figsize=(3, 2))\nax.plot(np.arange(5) ** 2)\nax.set_title('squares');",
    "plt.hist([1, 2, 2, 3])",
    "from IPython.display import Markdown, display\ndisplay(Markdown('*text*'), {'a': 1})",
    "plt.rcParams['figure.dpi'], plt.get_backend(), len(plt.get_fignums())",
]
ERRORS = [
    "def f(x):\n    return 1 / x\nf(0)",
    "import warnings\nwarnings.warn('look out')",
    "class A:\n    def __repr__(self):\n        return 'an A'\nA()",
    "import sys\nprint('to stderr', file=sys.stderr)\nprint(__name__, sys.argv[1:2], sys.flags)",
    "x = 5\n%who\n!echo from the shell; exit 3",
    "print(_exit_code)\nassert x == 6, 'no'",
    "import inspect\nprint(inspect.getsource(f))\n%pdef f",
    "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1) as p:\n"
    "    print(p.submit(abs, -2).result())",
    "import pickle\npickle.loads(pickle.dumps(A())), type(A()).__module__",
]
MODELS = [
    "import torch\nfrom sklearn.linear_model import LogisticRegression\ntorch.manual_seed(0)",
    "net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))\nnet",
    "x = torch.rand(8, 3)\nloss = (net(x) ** 2).mean()\nloss.backward()\n"
    "round(float(net[0].weight.grad.sum()), 5)",
    "y = (x.numpy()[:, 0] > 0.5).astype(int)\nLogisticRegression().fit(x.numpy(), y)",
    "torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads()",
]


def make_notebook(cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook


def execute(notebook, **how):
    done = copy.deepcopy(notebook)
    NotebookClient(
        done, kernel_name="python3", allow_errors=True, coalesce_streams=True, **how
    ).execute()
    return [normalise(output) for cell in done.cells for output in cell.outputs]


def normalise(output):
    """Leave out what differs between two runs on one kernel: addresses, process ids, ids of HTML elements."""
    text = nbformat.from_dict(output).__repr__()
    text = re.sub(r"0x[0-9a-f]{6,}", "ADDRESS", text)
    text = re.sub(r"ipykernel_\d+", "ipykernel_PID", text)
    return re.sub(r"sk-container-id-\d+|sk-estimator-id-\d+", "ID", text)


NOTEBOOKS = {"numbers": NUMBERS, "figures": FIGURES, "errors": ERRORS, "models": MODELS}


@pytest.mark.parametrize("cells", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_a_notebook_has_the_same_outputs_on_a_cold_and_on_a_warm_kernel(
    cells, preload, monkeypatch
):
    # A cold kernel takes as many threads as there are processors, a warm one takes one.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    notebook = make_notebook(cells)
    manager = WarmKernelManager.with_preload(preload)
    assert execute(notebook, kernel_manager_class=manager) == execute(notebook)
