"""
What beside-transformers.ts asks of transformers: one JSON request on standard input, ids, texts, log-probabilities, greedy
answers, processor seconds and peak memory on standard output. Sequences go through one by one, without padding.
"""
import json
import sys
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

request = json.load(sys.stdin)
torch.set_num_threads(request["threads"])
dtype = getattr(torch, request["numberType"])
tokenizer = AutoTokenizer.from_pretrained(request["folder"])
model = AutoModelForCausalLM.from_pretrained(request["folder"], dtype=dtype, attn_implementation="sdpa")
sequences = request["sequences"]
tokens = sum(len(one["response"]) for one in sequences)


def response_log_probs(one):
    prompt = one["prompt"]
    ids = torch.tensor(prompt + one["response"])
    # Of the response alone, as the engine does it.
    logits = model(ids[None], logits_to_keep=len(one["response"]) + 1).logits[0, :-1].float()
    return torch.log_softmax(logits, -1).gather(1, ids[len(prompt) :, None])[:, 0]


def all_log_probs():
    with torch.inference_mode():
        return torch.cat([response_log_probs(one) for one in sequences])


def timed(work):
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def greedy(one):
    ids = torch.tensor(one["prompt"])[None]
    with torch.inference_mode():
        out = model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=request["newTokens"],
            eos_token_id=request["end"], pad_token_id=request["end"],
        )
    return out[0, ids.shape[1] :].tolist()


optimizer = torch.optim.AdamW(model.parameters(), lr=request["learningRate"], weight_decay=0)


def step():
    for one in sequences:
        (-response_log_probs(one).sum() / tokens).backward()
    optimizer.step()
    optimizer.zero_grad()


model.eval()
all_log_probs()
log_probs, forward_seconds = timed(all_log_probs)
answers = [greedy(one) for one in sequences]
_, step_seconds = timed(step)
loss_after = -all_log_probs().mean().item()
chat = lambda prompt: tokenizer.apply_chat_template(
    [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
)
peak = next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
# Libraries print on stdout too: the answer is its last line.
print(
    "\n"
    + json.dumps(
        {
            "ids": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]],
            "chats": [chat(prompt) for prompt in request["prompts"]],
            "logProbs": log_probs.tolist(),
            "greedy": answers,
            "forwardSeconds": forward_seconds,
            "stepSeconds": step_seconds,
            "lossAfter": loss_after,
            "peakMiB": peak,
        }
    )
)
