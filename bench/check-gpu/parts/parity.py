"""
transformers on what the part wrote: logits, summed log-probabilities and the gradients of a GEPO loss, in float64 on
the CPU and in the given types on the device; and greedy answers. One JSON request on standard input; the answer goes
into a file, and many numbers into files of float64.
"""
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM

request = json.load(sys.stdin)
batch, winners, gepo = request["batch"], request["winners"], request["gepo"]
sequences = [
    (torch.tensor(batch["ids"][batch["offsets"][i] : batch["offsets"][i + 1]]), prompt)
    for i, prompt in enumerate(batch["promptLengths"])
]


def load(dtype, device, attention):
    model = AutoModelForCausalLM.from_pretrained(request["folder"], dtype=dtype, attn_implementation=attention)
    return model.to(device).eval()


def write(name, tensors):
    whole = torch.cat([t.detach().to("cpu", torch.float64).flatten() for t in tensors])
    whole.numpy().tofile(os.path.join(request["scratch"], name))


def run(model, name, reference=None):
    """Without a reference it is made from what the model itself finds."""
    rows, sums = [], []
    for ids, prompt in sequences:
        ids = ids.to(model.device)
        logits = model(ids[None]).logits[0, prompt - 1 : -1]
        wide = logits if logits.dtype == torch.float64 else logits.float()
        rows.append(logits)
        sums.append(torch.log_softmax(wide, -1).gather(1, ids[prompt:, None]).sum())
    policy = torch.stack(sums)
    if reference is None:
        reference = (policy.detach() - torch.tensor(request["offsets"], dtype=policy.dtype)).tolist()
    r = policy.double() - torch.tensor(reference, dtype=torch.float64, device=policy.device)
    margin = gepo["beta"] * (r[:winners].mean() - r[winners:].mean())
    loss = -torch.nn.functional.logsigmoid(margin) + gepo["lambda"] * r[:winners].var(unbiased=False)
    loss.backward()
    write(f"{name}.logits", rows)
    write(f"{name}.gradients", [p.grad for p in model.parameters()])
    names = [[key, p.numel()] for key, p in model.named_parameters()]
    return {"sums": policy.tolist(), "loss": loss.item(), "gradients": names}, reference


truth, reference = run(load(torch.float64, "cpu", "eager"), "truth")
found = {}
for kind in request["types"]:
    found[kind], _ = run(load(getattr(torch, kind), request["device"], "sdpa"), kind, reference)

model = load(torch.float32, request["device"], "sdpa")
answers = []
for prompt in request["prompts"]:
    ids = torch.tensor(prompt, device=model.device)[None]
    with torch.inference_mode():
        out = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=request["newTokens"], do_sample=False,
            eos_token_id=None, pad_token_id=0,
        )
    answers.append(out[0, len(prompt) :].tolist())
with open(os.path.join(request["scratch"], "parity.json"), "w") as file:
    json.dump({"reference": reference, "truth": truth, "found": found, "answers": answers}, file)
