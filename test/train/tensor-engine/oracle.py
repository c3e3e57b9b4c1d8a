"""
transformers, TRL and PyTorch's own optimiser on what a test wrote: one JSON request on standard input, one answer on
standard output. Everything runs in float32 on the CPU, attention in its plainest form.
"""
import json
import sys

import torch
from transformers import AutoModelForCausalLM

torch.manual_seed(0)
torch.set_num_threads(1)


def load(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


def sequences(batch):
    for i, prompt in enumerate(batch["promptLengths"]):
        yield batch["ids"][batch["offsets"][i] : batch["offsets"][i + 1]], prompt


def response_logits(model, ids, prompt):
    """The rows that predict the response's tokens, and those tokens."""
    ids = torch.tensor(ids)
    return model(ids[None]).logits[0, prompt - 1 : -1], ids[prompt:]


def response_log_probs(model, ids, prompt):
    logits, tokens = response_logits(model, ids, prompt)
    return torch.log_softmax(logits, -1).gather(1, tokens[:, None])[:, 0]


def forward(request):
    model = load(request["folder"])
    with torch.no_grad():
        rows = [response_logits(model, *one) for one in sequences(request["batch"])]
    sums = [torch.log_softmax(logits, -1).gather(1, ids[:, None]).sum().item() for logits, ids in rows]
    return {"logits": torch.cat([logits for logits, _ in rows]).flatten().tolist(), "sums": sums}


def weighted_loss(model, batch, slopes):
    """A loss whose derivative by each response's summed log-probability is the given slope."""
    return sum(slope * response_log_probs(model, *one).sum() for slope, one in zip(slopes, sequences(batch)))


def gradients(request):
    model = load(request["folder"])
    weighted_loss(model, request["batch"], request["slopes"]).backward()
    return {name: p.grad.flatten().tolist() for name, p in model.named_parameters()}


def optimize(request):
    model = load(request["folder"])
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": request["weightDecay"]}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=request["learningRate"])
    losses, norms = [], []
    for _ in range(request["steps"]):
        loss = weighted_loss(model, request["batch"], request["slopes"])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), request["clipNorm"]).item())
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    weights = {name: p.detach().flatten().tolist() for name, p in model.named_parameters()}
    return {"losses": losses, "norms": norms, "weights": weights}


def generate(request):
    model = load(request["folder"])
    answers = []
    for prompt in request["prompts"]:
        with torch.no_grad():
            out = model.generate(
                torch.tensor(prompt)[None],
                attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                max_new_tokens=request["maxNewTokens"],
                do_sample=False,
                eos_token_id=request["stopTokens"],
                pad_token_id=0,
            )
        answers.append(out[0, len(prompt) :].tolist())
    return {"answers": answers}


def group_loss(request):
    """SFT as transformers has it, GEPO by the paper's equation (9), and the gradients by the policy's parameters."""
    model, reference = load(request["folder"]), load(request["reference"])
    batch, winners = request["batch"], request["winners"]
    if request["method"] == "sft":
        nll = [-response_log_probs(model, *one) for one in list(sequences(batch))[:winners]]
        loss = torch.cat(nll).mean()
    else:
        with torch.no_grad():
            expected = [response_log_probs(reference, *one).sum() for one in sequences(batch)]
        found = [response_log_probs(model, *one).sum() for one in sequences(batch)]
        r = torch.stack(found) - torch.stack(expected)
        margin = request["beta"] * (r[:winners].mean() - r[winners:].mean())
        loss = -torch.nn.functional.logsigmoid(margin) + request["lambda"] * r[:winners].var(unbiased=False)
    loss.backward()
    return {"loss": loss.item(), "gradients": {name: p.grad.flatten().tolist() for name, p in model.named_parameters()}}


def dpo(request):
    """TRL's DPO loss on pairs, and its gradient by the policy's parameters."""
    from datasets import Dataset
    from transformers import PreTrainedTokenizerFast
    from tokenizers import Tokenizer, models, pre_tokenizers
    from trl import DPOConfig, DPOTrainer
    import tempfile

    # A tokenizer of whole words "2", "3", ...: TRL insists on text.
    vocabulary = {str(i): i for i in range(2, request["vocabulary"])} | {"<pad>": 0, "<end>": 1}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="<end>")
    text = lambda ids: " ".join(map(str, ids))
    pairs = request["pairs"]
    # TRL closes each response with the end token, which the pairs already have.
    data = Dataset.from_list([
        {"prompt": text(p["prompt"]) + " ", "chosen": text(p["chosen"][:-1]) + " ", "rejected": text(p["rejected"][:-1]) + " "}
        for p in pairs
    ])
    with tempfile.TemporaryDirectory() as folder:
        config = DPOConfig(
            output_dir=folder, beta=request["beta"], loss_type=[request["lossType"]], per_device_train_batch_size=len(pairs), max_length=None,
            use_cpu=True, report_to=[], gradient_checkpointing=False, bf16=False, disable_dropout=True,
        )
        trainer = DPOTrainer(
            model=load(request["folder"]), ref_model=load(request["reference"]), args=config,
            train_dataset=data, processing_class=tokenizer,
        )
        model = trainer.model
        model.train()
        batch = next(iter(trainer.get_train_dataloader()))
        loss = trainer.compute_loss(model, batch)
        loss.backward()
        return {
            "loss": loss.item(),
            "gradients": {name: p.grad.flatten().tolist() for name, p in model.named_parameters()},
        }


def summed(model, batch):
    with torch.no_grad():
        return {"sums": [response_log_probs(model, *one).sum().item() for one in sequences(batch)]}


def read_adapter(request):
    from peft import PeftModel

    return summed(PeftModel.from_pretrained(load(request["folder"]), request["adapter"]), request["batch"])


def make_adapter(request):
    """An adapter of PEFT's own whose second matrices are not the zeros that it begins with."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=request["rank"], lora_alpha=request["alpha"], target_modules=request["targets"], task_type="CAUSAL_LM"
    )
    model = get_peft_model(load(request["folder"]), config).eval()
    for name, p in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(p, std=0.3)
    model.save_pretrained(request["adapter"])
    return summed(model, request["batch"])


HANDLERS = {"readAdapter": read_adapter, "makeAdapter": make_adapter, "forward": forward, "gradients": gradients, "optimize": optimize, "generate": generate, "groupLoss": group_loss, "dpo": dpo}

# Libraries print what they like: the answer alone goes to the real standard output.
answer_to = sys.stdout
sys.stdout = sys.stderr
requests = json.load(sys.stdin)
answers = [HANDLERS[request["kind"]](request) for request in requests]
json.dump(answers, answer_to)
