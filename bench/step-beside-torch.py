"""
What step-beside-torch.ts asks of transformers: a request as JSON on the first line of standard input, then a line for
each step; of each, processor seconds and the mean log-probability before it as JSON on a line of standard output.
"""
import json
import sys
import time

import torch
from transformers import AutoConfig, AutoModelForCausalLM

request = json.loads(sys.stdin.readline())
torch.set_num_threads(request["threads"])
torch.manual_seed(1)
config = AutoConfig.from_pretrained(request["folder"])
dtype = getattr(torch, request["numberType"])
model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa", dtype=dtype)
optimizer = torch.optim.AdamW(model.parameters(), lr=request["learningRate"], weight_decay=0, fused=True)
# All as long as each other: no padding.
ids = torch.tensor(request["sequences"])
prompt = request["promptTokens"]
answers = ids[:, prompt:]


def step():
    # Of the response alone, as the engine does it.
    logits = model(ids, logits_to_keep=answers.shape[1] + 1).logits[:, :-1]
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), answers.flatten())
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return -loss.item()


for _ in sys.stdin:
    start = time.process_time()
    log_prob = step()
    print("\n" + json.dumps({"seconds": time.process_time() - start, "logProb": log_prob}), flush=True)
