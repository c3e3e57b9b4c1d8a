"""PyTorch's releases, and the two rates that bound a GPU: bfloat16 products (operations/s) and copies (bytes/s)."""
import json
import platform
import sys
import time

import torch

device, size = sys.argv[1], int(sys.argv[2])


def seconds_of(work, repeats=10):
    """The median of single calls."""
    times = []
    for i in range(repeats + 3):
        if device == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        if i >= 3:
            times.append(time.perf_counter() - started)
    return sorted(times)[len(times) // 2]


a, b = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
product = 2 * size**3 / seconds_of(lambda: a @ b)
source = torch.randn(64 * size, size // 4, device=device)
target = torch.empty_like(source)
copied = 2 * source.numel() * 4 / seconds_of(lambda: target.copy_(source))
found = {
    "python": platform.python_version(),
    "torch": torch.__version__,
    "cuda": torch.version.cuda,
    "cudnn": torch.backends.cudnn.version() if device == "cuda" else None,
    "productTflops": round(product / 1e12, 1),
    "copyTbps": round(copied / 1e12, 2),
}
try:
    import transformers

    found["transformers"] = transformers.__version__
except ImportError:
    found["transformers"] = None
print(json.dumps(found))
