"""Folder of an exported data set in; what its readers make of it, and a DPO step on its pairs, out, as JSON."""

import glob
import json
import os
import sys

import datasets
import duckdb
import pyarrow.parquet

folder = sys.argv[1]
answer = {"features": {}, "rows": {}, "arrow": {}, "duckdb": {}}
for config in datasets.get_dataset_config_names(folder):
    loaded = datasets.load_dataset(folder, config, cache_dir=sys.argv[2])
    answer["features"][config] = {name: repr(feature) for name, feature in next(iter(loaded.values())).features.items()}
    answer["rows"][config] = {split: len(rows) for split, rows in loaded.items()}
    files = sorted(glob.glob(os.path.join(folder, config, "*.parquet")))
    answer["arrow"][config] = sum(pyarrow.parquet.read_table(file).num_rows for file in files)
    pattern = os.path.join(folder, config, "*.parquet").replace("'", "''")
    columns = duckdb.sql(f"DESCRIBE SELECT * FROM '{pattern}'").fetchall()
    answer["duckdb"][config] = {
        "rows": duckdb.sql(f"SELECT count(*) FROM '{pattern}'").fetchall()[0][0],
        "types": {name: kind for name, kind, *_ in columns},
    }

if len(sys.argv) > 3:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import DPOConfig, DPOTrainer

    torch.set_num_threads(1)
    pairs = datasets.load_dataset(folder, "pairs", split="train", cache_dir=sys.argv[2])
    trainer = DPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(sys.argv[3]),
        args=DPOConfig(
            output_dir=sys.argv[2] + "/dpo",
            max_steps=1,
            per_device_train_batch_size=2,
            report_to=[],
            use_cpu=True,
            bf16=False,
            save_strategy="no",
            disable_tqdm=True,
        ),
        train_dataset=pairs,
        processing_class=AutoTokenizer.from_pretrained(sys.argv[3]),
    )
    answer["loss"] = trainer.train().training_loss

print("\n" + json.dumps(answer))
