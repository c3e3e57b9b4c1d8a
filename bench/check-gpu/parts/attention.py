"""
Attention of 32 queries' heads on 8 heads of keys and values: for training (flash attention and cuDNN's, forward and
backward pass over 8 sequences) and for drawing (one query a row over a filled cache). Tells milliseconds line by line,
and for each kernel how far it is from plain products in float32.
"""
import json
import math
import sys
import time

import torch

device, tiny = sys.argv[1], sys.argv[2] == "tiny"
HEADS, KEY_HEADS, SIZE = (4, 2, 16) if tiny else (32, 8, 128)
TYPE = torch.bfloat16
aten = torch.ops.aten
torch.manual_seed(0)


def wait():
    if device == "cuda":
        torch.cuda.synchronize()


def milliseconds(work, repeats):
    times = []
    for i in range(repeats + 2):
        wait()
        started = time.perf_counter()
        work()
        wait()
        if i >= 2:
            times.append(time.perf_counter() - started)
    return round(sorted(times)[len(times) // 2] * 1000, 4)


def tell(name, work):
    try:
        print(json.dumps({name: work()}), flush=True)
    except Exception as error:
        print(json.dumps({name: f"{type(error).__name__}: {error}"[:400]}), flush=True)


def draw(*shape):
    return torch.randn(*shape, device=device, dtype=TYPE)


def far(found, truth):
    return round(((found.float() - truth).norm() / truth.norm()).item(), 5)


def plain(q, k, v, causal):
    """q (B, H, L, D), k and v (B, H_k, S, D), in float32."""
    k, v = (x.float().repeat_interleave(q.shape[1] // x.shape[1], 1) for x in (k, v))
    scores = q.float() @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores[0, 0], dtype=torch.bool).triu(1), -math.inf)
    return scores.softmax(-1) @ v


def train_flash(rows, length):
    q, k, v = draw(rows * length, HEADS, SIZE), draw(rows * length, KEY_HEADS, SIZE), draw(rows * length, KEY_HEADS, SIZE)
    bounds = torch.arange(0, rows * length + 1, length, device=device, dtype=torch.int32)
    d = torch.randn_like(q)

    def forward():
        return aten._flash_attention_forward(q, k, v, bounds, bounds, length, length, 0.0, True, False)

    out, lse, state, unused, _ = forward()

    def backward():
        aten._flash_attention_backward(d, q, k, v, out, lse, bounds, bounds, length, length, 0.0, True, state, unused)

    part = [x[: min(length, 512)].transpose(0, 1)[None] for x in (q, k, v)]
    truth = plain(*part, True)[0].transpose(0, 1)
    return {
        "forward": milliseconds(forward, 5), "backward": milliseconds(backward, 5),
        "farthest": far(out[: truth.shape[0]], truth),
    }


def train_cudnn(rows, length):
    """All as long: a batch of four dimensions."""
    q, k, v = (draw(rows, length, heads, SIZE).transpose(1, 2) for heads in (HEADS, KEY_HEADS, KEY_HEADS))
    d = torch.randn_like(q)

    def forward():
        return aten._scaled_dot_product_cudnn_attention(q, k, v, None, True, 0.0, True, False)

    out, lse, bounds_q, bounds_k, most_q, most_k, seed, offset, _ = forward()

    def backward():
        aten._scaled_dot_product_cudnn_attention_backward(
            d, q, k, v, out, lse, seed, offset, None, bounds_q, bounds_k, most_q, most_k, 0.0, True
        )

    part = [x[:1, :, : min(length, 512)] for x in (q, k, v)]
    truth = plain(*part, True)
    return {
        "forward": milliseconds(forward, 5), "backward": milliseconds(backward, 5),
        "farthest": far(out[:1, :, : truth.shape[2]], truth),
    }


def train_cudnn_packed(rows, length):
    """Sequences end to end, as the engine has them."""
    q, k, v = draw(rows * length, HEADS, SIZE), draw(rows * length, KEY_HEADS, SIZE), draw(rows * length, KEY_HEADS, SIZE)
    bounds = torch.arange(0, rows * length + 1, length, device=device, dtype=torch.int32)
    d = torch.randn_like(q)

    def forward():
        return aten._cudnn_attention_forward(q, k, v, None, bounds, bounds, length, length, True, 0.0, True, False)

    found = forward()
    out, lse, seed, offset = found[0], found[1], found[6], found[7]

    def backward():
        aten._cudnn_attention_backward(
            d, q, k, v, out, lse, seed, offset, None, bounds, bounds, length, length, 0.0, True
        )

    part = [x[: min(length, 512)].transpose(0, 1)[None] for x in (q, k, v)]
    truth = plain(*part, True)[0].transpose(0, 1)
    return {
        "forward": milliseconds(forward, 5), "backward": milliseconds(backward, 5),
        "farthest": far(out[: truth.shape[0]], truth),
    }


lengths = [64] if tiny else [1536, 8192]
for length in lengths:
    tell(f"flash8x{length}", lambda: train_flash(8, length))
    tell(f"cudnn8x{length}", lambda: train_cudnn(8, length))
    tell(f"cudnnPacked8x{length}", lambda: train_cudnn_packed(8, length))


def drawing(rows, window):
    keys, values = draw(rows, KEY_HEADS, window, SIZE), draw(rows, KEY_HEADS, window, SIZE)
    q = draw(rows, KEY_HEADS, HEADS // KEY_HEADS, SIZE)
    filled = torch.full((rows,), window - 3, device=device, dtype=torch.int32)
    mask = (torch.arange(window, device=device)[None] < filled[:, None]).view(rows, 1, 1, window)
    kept = window - 3
    truth = plain(q.reshape(rows, HEADS, 1, SIZE), keys[:, :, :kept], values[:, :, :kept], False)
    scale = 1 / math.sqrt(SIZE)
    found = {}

    def add(name, work):
        try:
            out = work()
            error = far(out.reshape(truth.shape), truth)
            found[name] = {"milliseconds": milliseconds(work, 20), "farthest": error}
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"[:300]

    def masked(backend):
        def work():
            with torch.nn.attention.sdpa_kernel(backend):
                return torch.nn.functional.scaled_dot_product_attention(q, keys, values, mask)

        return work

    backends = torch.nn.attention.SDPBackend
    add("efficient", masked(backends.EFFICIENT_ATTENTION))
    add("math", masked(backends.MATH))
    add("cudnn", masked(backends.CUDNN_ATTENTION))

    flat = [x.view(rows * KEY_HEADS, -1, SIZE) for x in (q, keys, values)]
    bias = torch.where(mask, 0.0, -math.inf).expand(rows, KEY_HEADS, 1, window).reshape(rows * KEY_HEADS, 1, window)

    def products():
        scores = torch.bmm(flat[0], flat[1].transpose(1, 2)) * scale
        return torch.bmm((scores + bias).softmax(-1).to(TYPE), flat[2])

    add("products", products)
    # Keys and values row by row, position by position: what flash attention reads a cache by.
    by_position = [x.transpose(1, 2).contiguous().view(rows * window, KEY_HEADS, SIZE) for x in (keys, values)]
    one = q.reshape(rows, HEADS, SIZE)
    starts = torch.arange(0, rows * window + 1, window, device=device, dtype=torch.int32)
    ones = torch.arange(rows + 1, device=device, dtype=torch.int32)

    def flash():
        return aten._flash_attention_forward(
            one, *by_position, ones, starts, 1, window, 0.0, False, False, seqused_k=filled
        )[0]

    add("flash", flash)
    return found


for rows in (1, 64):
    for window in [32] if tiny else [512, 4096]:
        tell(f"drawing{rows}x{window}", lambda: drawing(rows, window))
