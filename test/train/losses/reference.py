"""
REINFORCE++ written down once more, slowly, token by token, with PyTorch's automatic derivatives: one JSON request on
standard input, one answer on standard output.
"""
import json
import math
import sys

import torch


def advantages(responses, o):
    rewards = []
    for r in responses:
        reward = r["reward"] * 2 - 1 if o["rewardShape"] == "symmetric" else r["reward"]
        rewards.append(max(-o["rewardClip"], min(o["rewardClip"], reward)))
    if o["kind"] == "baseline":
        means = {}
        for r in responses:
            own = [rewards[j] for j, other in enumerate(responses) if other["prompt"] == r["prompt"]]
            means[r["prompt"]] = sum(own) / len(own)
        rewards = [reward - means[r["prompt"]] for reward, r in zip(rewards, responses)]
    returns = []
    for reward, r in zip(rewards, responses):
        length = len(r["old"])
        token_rewards = [0.0] * length
        token_rewards[-1] += reward
        if o["kind"] == "global":
            for t in range(length):
                kl = max(-o["klClip"], min(o["klClip"], r["old"][t] - r["reference"][t]))
                token_rewards[t] -= o["klCoefficient"] * kl
        # gamma = 1: the return of a token is the sum of all rewards from it on.
        returns.append([math.fsum(token_rewards[t:]) for t in range(length)])
    flat = torch.tensor([x for one in returns for x in one], dtype=torch.float64)
    scale = flat.var(unbiased=False).clamp(min=1e-8).rsqrt()
    return [[((x - flat.mean()) * scale).item() for x in one] for one in returns]


def loss(responses, given, o):
    new = [torch.tensor(r["policy"], dtype=torch.float64, requires_grad=True) for r in responses]
    terms = []
    for r, log_probs, a in zip(responses, new, given):
        old = torch.tensor(r["old"], dtype=torch.float64)
        reference = torch.tensor(r["reference"], dtype=torch.float64)
        a = torch.tensor(a, dtype=torch.float64)
        ratio = (log_probs - old).exp()
        gain = torch.min(ratio * a, ratio.clamp(1 - o["clip"], 1 + o["clip"]) * a)
        if o["dualClip"] is not None:
            gain = torch.where(a < 0, torch.max(gain, o["dualClip"] * a), gain)
        k2 = 0.5 * (log_probs - reference) ** 2
        coefficient = o["klCoefficient"] if o["kind"] == "baseline" else 0.0
        terms.append(-gain + coefficient * k2)
    total = torch.cat(terms).mean()
    total.backward()
    return {"loss": total.item(), "dLogProbs": [x.grad.tolist() for x in new]}


request = json.load(sys.stdin)
answers = []
for o in request["options"]:
    found = advantages(request["responses"], o)
    answers.append({"advantages": found, **loss(request["responses"], found, o)})
json.dump(answers, sys.stdout)
