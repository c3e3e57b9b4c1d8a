"""
transformers' greedy generation by the weights that the engine drew: the same seeds on the same device give the same
numbers. Tells what it finds line by line.
"""
import json
import sys
import time

import torch
from transformers import AutoConfig, AutoModelForCausalLM

with open(sys.argv[1]) as file:
    request = json.load(file)
device = sys.argv[2]


def tell(**figures):
    print(json.dumps(figures), flush=True)


started = time.perf_counter()
config = AutoConfig.from_pretrained(request["folder"])
with torch.device(device):
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="sdpa").eval()
generator = torch.Generator(device)
with torch.no_grad():
    for i, (_, p) in enumerate(sorted(model.named_parameters())):
        if p.dim() > 1:
            p.normal_(0, 0.02, generator=generator.manual_seed(request["seed"] + i))
        else:
            p.fill_(1)
tell(openSeconds=round(time.perf_counter() - started, 2), type=str(next(model.parameters()).dtype))

new_tokens = request["newTokens"]
for rows in (1, 64):
    ids = torch.tensor(request["prompts"][:rows], device=device)

    def generate(count):
        with torch.inference_mode():
            out = model.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False, eos_token_id=None,
                pad_token_id=0,
            )
        return out[:, ids.shape[1] :].tolist()

    generate(2)
    started = time.perf_counter()
    answers = generate(new_tokens)
    seconds = time.perf_counter() - started
    found = {"tokensPerSecond": round(rows * new_tokens / seconds, 1)}
    for name in (f"{rows}", f"{rows}ByGraphs"):
        ours = request["answers"].get(name)
        if ours is None:
            continue
        # Where rounding first chose another token, everything after it is another text.
        first = [next((i for i, (a, b) in enumerate(zip(x, y)) if a != b), new_tokens) for x, y in zip(ours, answers)]
        kind = "graphs" if name.endswith("Graphs") else "plain"
        found[kind] = {"same": sum(n == new_tokens for n in first), "of": rows, "meanTokensUntilAnother": sum(first) / rows}
        if rows == 1:
            # How sure the model was where they part: the difference of the two tokens' logits.
            at = first[0]
            if at < new_tokens:
                with torch.inference_mode():
                    text = torch.tensor([request["prompts"][0] + answers[0][:at]], device=device)
                    logits = model(text).logits[0, -1].float()
                found[kind]["logitsApart"] = round((logits[answers[0][at]] - logits[ours[0][at]]).item(), 4)
    tell(**{f"rows{rows}": found})
