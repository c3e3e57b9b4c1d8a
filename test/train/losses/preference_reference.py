"""
Losses of preferences as their papers write them, one response at a time, with PyTorch's automatic derivatives: one JSON
request on standard input, one answer on standard output.
"""
import json
import sys

import torch
from torch.nn.functional import logsigmoid


def smoothed(z, o):
    """Conservative DPO: the label is wrong with this probability."""
    e = o["labelSmoothing"]
    return -(1 - e) * logsigmoid(z) - e * logsigmoid(-z)


def loss(log_probs, g, o):
    lengths, n = g["tokens"], g["winners"]
    # SimPO: no reference, lengths divided out. Otherwise log-ratios.
    rewards = []
    for log_prob, reference, length in zip(log_probs, g["reference"], lengths):
        reward = log_prob - reference
        rewards.append(reward / length if o["length"] == "mean" else reward)
    chosen, rejected = rewards[:n], rewards[n:]
    zero = torch.zeros((), dtype=torch.float64)

    def dpop(reward):
        return o["winnerFloor"] * torch.maximum(zero, -reward)

    if o["method"] == "gepo":
        # The mean of (r_w - floor) over winners is the group's own of what DPOP has for a pair.
        up = sum(reward - dpop(reward) for reward in chosen) / len(chosen)
        down = sum(rejected) / len(rejected)
        total = smoothed(o["beta"] * (up - down) - o["targetMargin"], o)
        total = total + o["lambda"] * torch.stack(chosen).var(unbiased=False)
    else:
        pairs = [(w, l) for w in chosen for l in rejected]
        if o["pairs"] == "matched":
            count = max(len(chosen), len(rejected))
            pairs = [(chosen[i % len(chosen)], rejected[i % len(rejected)]) for i in range(count)]
        terms = []
        for w, l in pairs:
            if o["loss"] == "ipo":
                terms.append((w - l - 1 / (2 * o["beta"])) ** 2)
            else:
                terms.append(smoothed(o["beta"] * (w - l - dpop(w)) - o["targetMargin"], o))
        total = sum(terms) / len(terms)
    # RPO: alpha times the negative log-likelihood a token of what was chosen.
    nll = sum(-log_prob / length for log_prob, length in zip(log_probs[:n], lengths[:n])) / n
    return total + o["winnerLikelihood"] * nll


def answer(g, o):
    log_probs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in g["policy"]]
    total = loss(log_probs, g, o)
    total.backward()
    return {"loss": total.item(), "dLogProbs": [x.grad.item() for x in log_probs]}


request = json.load(sys.stdin)
json.dump([[answer(g, o) for g in request["groups"]] for o in request["options"]], sys.stdout)
