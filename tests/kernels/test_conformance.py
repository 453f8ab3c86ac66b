"""The kernel conformance suite of the Jupyter project, run against a warm kernel."""

import jupyter_kernel_test


class TestWarmKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "python3-warm"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples = (
        {"text": "zi", "matches": {"zip"}},
        {"text": "import matplotlib.pyp", "matches": {"matplotlib.pyplot"}},
    )
    complete_code_samples = ("1", "print('hello, world')", "def f(x):\n  return x*2\n\n\n")
    incomplete_code_samples = ("print('''hello", "def f(x):\n  x*2")
    invalid_code_samples = ("import = 7q",)
    code_page_something = "zip?"
    code_generate_error = "raise RuntimeError"
    code_execute_result = ({"code": "1 + 2", "result": "3"},)
    code_display_data = (
        {
            "code": "from IPython.display import HTML, display; display(HTML('<b>x</b>'))",
            "mime": "text/html",
        },
        {"code": "import matplotlib.pyplot as plt; _ = plt.plot([1, 2])", "mime": "image/png"},
    )
    code_history_pattern = "1*"
    supported_history_operations = ("tail", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"
