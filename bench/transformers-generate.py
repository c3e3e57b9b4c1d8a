"""
Greedy answers by transformers' generate, in batches with padding on the left: one JSON request on standard input, the
seconds and the answers on standard output.
"""
import json
import sys
import time

import torch
from transformers import AutoModelForCausalLM

request = json.load(sys.stdin)
torch.set_num_threads(request["threads"])
model = AutoModelForCausalLM.from_pretrained(request["model"], dtype=torch.float32, attn_implementation="sdpa").eval()
PAD = 0


def answer(prompts):
    longest = max(len(p) for p in prompts)
    ids = torch.tensor([[PAD] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
    with torch.inference_mode():
        out = model.generate(
            ids, attention_mask=mask, do_sample=False, max_new_tokens=request["maxNewTokens"],
            eos_token_id=request["stopTokens"] or None, pad_token_id=PAD,
        )
    answers = []
    for row in out[:, longest:].tolist():
        end = next((i + 1 for i, token in enumerate(row) if token in request["stopTokens"]), len(row))
        answers.append(row[:end])
    return answers


prompts, size = request["prompts"], request["batchSize"]
answer(prompts[:2])
started, busy = time.perf_counter(), time.process_time()
answers = [one for i in range(0, len(prompts), size) for one in answer(prompts[i : i + size])]
seconds = {"seconds": time.perf_counter() - started, "cpuSeconds": time.process_time() - busy}
print(json.dumps({**seconds, "answers": answers}))
