"""
What transformers makes of a model's folder: one JSON request on standard input (texts, a chat, sequences of prompt
and response ids), one answer on standard output.
"""
import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(1)
request = json.load(sys.stdin)
tokenizer = AutoTokenizer.from_pretrained(request["folder"])
model = AutoModelForCausalLM.from_pretrained(request["folder"], dtype=torch.float32, attn_implementation="eager")


def log_prob(prompt, response):
    ids = torch.tensor([prompt + response])
    with torch.no_grad():
        rows = torch.log_softmax(model(ids).logits[0, len(prompt) - 1 : -1].double(), -1)
    return rows.gather(1, torch.tensor(response)[:, None]).sum().item()


answer = {
    "ids": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]],
    "decoded": [
        tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in request["texts"]
    ],
    "chat": tokenizer.apply_chat_template(
        request["chat"], tokenize=False, add_generation_prompt=True, enable_thinking=False
    ),
    "end": tokenizer.eos_token_id,
    "parameters": sum(p.numel() for p in model.parameters()),
    "logProbs": [log_prob(*sequence) for sequence in request["sequences"]],
}
print(json.dumps(answer))
