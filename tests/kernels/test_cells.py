"""What people do in cells works in a forked kernel as it does in a cold one."""

import pytest


def test_a_cell_finds_the_libraries_loaded_and_the_working_folder_its_own(kernel):
    got = kernel.run(
        "import sys, os; print('torch' in sys.modules, 'kit' in sys.modules, os.getcwd())"
    )
    assert got.text.split() == ["True", "False", __import__("os").getcwd()]


def test_a_figure_is_shown_inline_though_pyplot_was_loaded_before_there_was_a_shell(start):
    got = start().run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone")
    assert any("image/png" in data for data in got.data)


def test_the_backend_that_is_asked_for_is_the_one_in_use(start, environment):
    kernel = start(env=environment | {"MPLBACKEND": "svg"})
    got = kernel.run("import matplotlib; print(matplotlib.get_backend())")
    assert got.text.strip() == "svg"


def test_two_kernels_draw_different_random_numbers(start):
    code = "import random, numpy, torch; print(random.random(), numpy.random.rand(), torch.rand(1).item())"
    first, second = (start().run(code).text.split() for _ in range(2))
    assert len(set(first + second)) == 6


def test_a_seeded_kernel_draws_what_a_cold_one_draws(start):
    code = (
        "import numpy, torch; numpy.random.seed(1); torch.manual_seed(1)\n"
        "print(numpy.random.rand(), torch.rand(1))"
    )
    warm, cold = start(), start(kernel_name="python3")
    assert warm.is_warm
    assert warm.run(code).text == cold.run(code).text


def test_environment_time_zone_folder_and_path_are_those_of_whoever_asks(
    start, environment, tmp_path
):
    extra = tmp_path / "extra"
    extra.mkdir()
    (extra / "beside.py").write_text("value = 7\n")
    env = environment | {
        "TZ": "America/Santiago",
        "PYTHONPATH": str(extra),
        "TMPDIR": str(tmp_path),
        "MINE": "1",
    }
    kernel = start(env=env, cwd=str(tmp_path))
    assert kernel.is_warm
    got = kernel.run(
        "import beside, os, time, tempfile\n"
        "print(beside.value, time.strftime('%z', time.localtime(1.7e9)), os.getcwd(), tempfile.gettempdir(),"
        " os.environ['MINE'], 'OMP_NUM_THREADS' in os.environ, 'OPENBLAS_NUM_THREADS' in os.environ)"
    )
    assert got.text.split() == ["7", "-0300", str(tmp_path), str(tmp_path), "1", "True", "False"]


def test_numeric_libraries_use_as_many_threads_as_asked_and_one_by_default(start, environment):
    code = "import torch, os; print(torch.get_num_threads(), os.environ['OMP_NUM_THREADS'])"
    assert start().run(code).text.split() == ["1", "1"]
    assert start(env=environment | {"OMP_NUM_THREADS": "2"}).run(code).text.split() == ["2", "2"]


def test_torch_with_several_threads_computes(start, environment):
    kernel = start(env=environment | {"OMP_NUM_THREADS": "2"})
    got = kernel.run(
        "import torch\n"
        "x = torch.rand(600, 600)\n"
        "y = (x @ x.T).sum()\n"
        "torch.set_num_threads(1)\n"
        "print(bool(torch.isclose(y, (x @ x.T).sum(), rtol=1e-3)))"
    )
    assert got.text.strip() == "True", got


def test_openmp_regions_of_scikit_learn_run(kernel):
    got = kernel.run(
        "import numpy as np\n"
        "from sklearn.ensemble import HistGradientBoostingRegressor\n"
        "from sklearn.cluster import KMeans\n"
        "x = np.arange(200.0).reshape(-1, 1)\n"
        "print(HistGradientBoostingRegressor(max_iter=5).fit(x, x[:, 0]).score(x, x[:, 0]) > 0.5,"
        " len(set(KMeans(3, n_init=1).fit_predict(x))))"
    )
    assert got.text.split() == ["True", "3"], got


def test_a_data_loader_with_workers_gives_its_batches(kernel):
    got = kernel.run(
        "import torch\n"
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "loader = DataLoader(TensorDataset(torch.arange(8.0)), batch_size=4, num_workers=2)\n"
        "print(sum(float(batch.sum()) for (batch,) in loader))"
    )
    assert got.text.strip() == "28.0", got


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_works_with_every_way_to_start(kernel, method):
    got = kernel.run(
        "import multiprocessing, operator, warnings\n"
        "warnings.simplefilter('ignore')\n"
        f"with multiprocessing.get_context({method!r}).Pool(2) as pool:\n"
        "    print(pool.map(operator.neg, range(4)))"
    )
    assert got.text.strip() == "[0, -1, -2, -3]", got


def test_two_kernels_have_different_keys_for_multiprocessing(start):
    code = "import multiprocessing; print(multiprocessing.current_process().authkey.hex())"
    assert start().run(code).text != start().run(code).text


def test_what_a_child_process_prints_is_shown(kernel):
    got = kernel.run(
        "import subprocess\n!echo shell\nprint(subprocess.check_output(['echo', 'pipe'], text=True))"
    )
    assert "shell" in got.text and "pipe" in got.text


def test_what_a_c_library_prints_is_shown(kernel):
    # ipykernel passes on what comes from below a little later, so the cell stays a while.
    got = kernel.run("import os, time; os.write(1, b'from below\\n'); time.sleep(1)")
    assert "from below" in got.text


def test_threads_and_top_level_await_work(kernel):
    got = kernel.run(
        "import asyncio, threading\n"
        "t = threading.Thread(target=print, args=('in a thread',)); t.start(); t.join()\n"
        "print(await asyncio.gather(asyncio.sleep(0.01, 1), asyncio.sleep(0.01, 2)))"
    )
    assert "in a thread" in got.text and "[1, 2]" in got.text


def test_a_widget_opens_its_channel(kernel):
    got = kernel.run(
        "import ipywidgets\nw = ipywidgets.IntSlider(3)\ndisplay(w)\nprint(w.comm is not None)"
    )
    assert "True" in got.text
    assert any("application/vnd.jupyter.widget-view+json" in data for data in got.data)


def test_input_asks_the_person(kernel):
    client = kernel.client
    client.execute("name = input('who? ')", allow_stdin=True)
    asked = client.get_stdin_msg(timeout=20)
    assert asked["content"]["prompt"] == "who? "
    client.input("Ada")
    client.get_shell_msg(timeout=20)
    assert kernel.run("print(name)").text == "Ada\n"


def test_an_open_file_is_written_out_when_the_kernel_ends(start, tmp_path):
    kernel = start(cwd=str(tmp_path))
    kernel.run(
        "f = open('left-open.txt', 'w'); _ = f.write('kept')\n"
        "import atexit\n"
        "@atexit.register\n"
        "def last():\n"
        "    open('last.txt', 'w').write('ran')"
    )
    kernel.close()
    assert (tmp_path / "left-open.txt").read_text() == "kept"
    assert (tmp_path / "last.txt").read_text() == "ran"


def test_a_profile_with_configuration_is_honoured(start, environment, tmp_path):
    profile = tmp_path / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "ipython_config.py").write_text(
        "c.InteractiveShell.ast_node_interactivity = 'all'\n"
    )
    (profile / "startup" / "first.py").write_text("from_startup = 5\n")
    kernel = start(env=environment | {"IPYTHONDIR": str(tmp_path)})
    assert kernel.is_warm
    got = kernel.run("from_startup\nfrom_startup + 1")
    assert [data["text/plain"] for data in got.data] == ["5", "6"]


def test_history_and_the_magics_of_the_shell_work(kernel):
    got = kernel.run(
        "%time x = 1\n%whos\nprint(In[-1][:5], get_ipython().kernel.shell is get_ipython())"
    )
    assert got.status == "ok", got
    assert "%time" in got.text or "True" in got.text


def test_standard_streams_of_the_session_go_to_this_kernel_only(start):
    first, second = start(), start()
    assert first.run("print('one')").text == "one\n"
    assert second.run("print('two')").text == "two\n"
