"""What opening a model loads."""

from __future__ import annotations

import subprocess
import sys

OPEN_ALL = """
import sys
from sketchdesign.model.zoo import find_models, open_model
for name, _ in find_models():
    open_model(name)
print("torch._dynamo" in sys.modules)
"""


def test_opening_a_model_leaves_the_compiler_of_torch_alone() -> None:
    done = subprocess.run([sys.executable, "-c", OPEN_ALL], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
