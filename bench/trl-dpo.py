"""TRL's DPOTrainer on pairs of ids, timed: a request as JSON on stdin, figures as JSON on stdout.

Texts of whole words "17 4 ..." stand for the ids, so that both sides train on the very same ones.
"""

import json
import sys
import tempfile
import time

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import DPOConfig, DPOTrainer

request = json.load(sys.stdin)
torch.set_num_threads(request["threads"])

vocabulary = {str(i): i for i in range(request["vocabulary"])}
words = Tokenizer(models.WordLevel(vocabulary, unk_token="0"))
words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
end = str(request["end"])
tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="0", eos_token=end)


def text(ids):
    return " ".join(map(str, ids)) + " "


data = Dataset.from_list(
    [
        # TRL closes each response with the end token, which ours have already.
        {"prompt": text(p["prompt"]), "chosen": text(p["chosen"][:-1]), "rejected": text(p["rejected"][:-1])}
        for p in request["pairs"]
    ]
)


class Clock(TrainerCallback):
    def on_train_begin(self, *_, **__):
        self.start = time.perf_counter()

    def on_train_end(self, *_, **__):
        self.seconds = time.perf_counter() - self.start


clock = Clock()
with tempfile.TemporaryDirectory() as folder:
    config = DPOConfig(
        output_dir=folder,
        beta=request["beta"],
        learning_rate=request["learningRate"],
        per_device_train_batch_size=request["pairsAtATime"],
        gradient_accumulation_steps=request["pairsPerStep"] // request["pairsAtATime"],
        num_train_epochs=1,
        max_length=None,
        precompute_ref_log_probs=request["precompute"],
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
    )
    trainer = DPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(request["model"], dtype=torch.float32),
        args=config,
        train_dataset=data,
        processing_class=tokenizer,
        callbacks=[clock],
    )
    trainer.train()

peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
# Libraries print on stdout too: the figures are its last line.
print("\n" + json.dumps({"seconds": clock.seconds, "peakBytes": peak, "steps": trainer.state.global_step}))
