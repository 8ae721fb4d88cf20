"""`python -m largeforge_trainer.convert`: a base or an adapter as GGUF, by llama.cpp's own converters.

    --base DIR --out base.gguf --converters DIR [--out-type f16]
    --base DIR --adapter DIR --out adapter.gguf --converters DIR [--out-type f32]

One JSON line on stdout: `{kind, path, bytes, sha256, outType}`, or `{code, message, hint}` with a non-zero exit code.

The converters are those that ship inside the npm package node-llama-cpp, so they fit the runtime. Set-up makes their
folder once: `git clone node_modules/node-llama-cpp/llama/gitRelease.bundle TMP`, then keep `conversion/`, `gguf-py/`
and `convert_*.py` of TMP (3 of 209 MB).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .base import check_base, read_json
from .errors import EXIT_CODES, TrainerError, as_trainer_error
from .files import fsync_path, sha256_file
from .settle import settled_imports
from .template import without_generation_markers

BASE_SCRIPT = "convert_hf_to_gguf.py"
ADAPTER_SCRIPT = "convert_lora_to_gguf.py"
OUT_TYPES = ("f32", "f16", "bf16", "q8_0")


def main(arguments: Sequence[str] | None = None) -> int:
    """Convert one model or adapter; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m largeforge_trainer.convert", description="Convert to GGUF.")
    parser.add_argument("--base", type=Path, required=True, help="the base model's folder")
    parser.add_argument("--adapter", type=Path, help="the adapter's folder; then the adapter alone is converted")
    parser.add_argument("--out", type=Path, required=True, help="the GGUF file to write")
    parser.add_argument("--converters", type=Path, required=True, help="folder with llama.cpp's converters")
    parser.add_argument("--out-type", choices=OUT_TYPES, help="default: f16 for a base, f32 for an adapter")
    options = parser.parse_args(arguments)
    out_type = options.out_type or ("f32" if options.adapter else "f16")
    try:
        # What the converters print must not mix with our one line.
        with contextlib.redirect_stdout(sys.stderr):
            result = convert(options.base, options.adapter, options.out, options.converters, out_type)
    except Exception as error:
        traceback.print_exc()
        named = as_trainer_error(error)
        print(json.dumps({"code": named.code, "message": named.message, "hint": named.hint}))
        return EXIT_CODES[named.code]
    print(json.dumps(result))
    return 0


def convert(base: Path, adapter: Path | None, out: Path, converters: Path, out_type: str) -> dict[str, Any]:
    """Write `out` whole or not at all and describe it: {kind, path, bytes, sha256, outType}.

    Raises TrainerError BASE_MISSING, BASE_UNSUPPORTED, BAD_SPEC (adapter or converters are not there), DISK_FULL.
    """
    check_base(base)
    script = converters / (ADAPTER_SCRIPT if adapter else BASE_SCRIPT)
    if not script.is_file() or not (converters / "conversion").is_dir():
        raise TrainerError(
            "BAD_SPEC", f"llama.cpp's converters are not in {converters}", "Run the set-up again: it makes this folder."
        )
    if adapter:
        check_adapter(adapter)
    staging = out.with_name(out.name + ".tmp")
    command = ["--outfile", str(staging), "--outtype", out_type]
    command += ["--base", str(base), str(adapter)] if adapter else [str(base)]
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        run_converter(script, command)
        fsync_path(staging)
        staging.replace(out)
        fsync_path(out.parent)
    finally:
        staging.unlink(missing_ok=True)
    return {
        "kind": "adapter" if adapter else "base",
        "path": str(out),
        "bytes": out.stat().st_size,
        "sha256": sha256_file(out),
        "outType": out_type,
    }


def check_adapter(path: Path) -> None:
    """Refuse what the runtime could not apply as A and B matrices. Raises TrainerError."""
    config = read_json(path / "adapter_config.json")
    if config is None or not (path / "adapter_model.safetensors").is_file():
        raise TrainerError(
            "BAD_SPEC", f"there is no adapter (safetensors) in {path}", "Check the run's adapter folder."
        )
    for name in ("use_dora", "use_rslora", "modules_to_save", "rank_pattern", "alpha_pattern"):
        if config.get(name):
            raise TrainerError(
                "BASE_UNSUPPORTED",
                f"the adapter uses {name}, which cannot be loaded beside its base",
                "Merge the adapter into its base and convert the merged model.",
            )


def run_converter(script: Path, arguments: list[str]) -> None:
    """Run a converter script in this process, with our two amendments to its classes. Raises TrainerError."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.path[:0] = [str(script.parent), str(script.parent / "gguf-py")]
    with settled_imports():
        import gguf
        import transformers.models.auto  # noqa: F401  (the converters take their tokenizers from it)
        from conversion.base import TextModel  # type: ignore[import-not-found]

    recognise, add_template = TextModel.get_vocab_base_pre, gguf.GGUFWriter.add_chat_template

    def recognise_own(self: Any, tokenizer: Any) -> str:
        try:
            return recognise(self, tokenizer)
        except NotImplementedError as error:
            # The converter knows pre-tokenizers by a hash over token ids, so no tokenizer trained here is among them.
            cleans_spaces = bool(getattr(tokenizer, "clean_up_tokenization_spaces", False))
            name = pre_tokenizer_name(json.loads(tokenizer.backend_tokenizer.to_str()), cleans_spaces)
            if name is None:
                raise TrainerError(
                    "BASE_UNSUPPORTED",
                    "llama.cpp does not know how this base's tokenizer splits text",
                    "Choose a base with a known tokenizer, or one trained as plain byte-level BPE.",
                ) from error
            return name

    def add_plain_template(self: Any, value: Any) -> None:
        if isinstance(value, str):
            add_template(self, without_generation_markers(value))
        else:
            plain = [{**entry, "template": without_generation_markers(entry["template"])} for entry in value or ()]
            add_template(self, plain or None)

    TextModel.get_vocab_base_pre, gguf.GGUFWriter.add_chat_template = recognise_own, add_plain_template
    given, sys.argv = sys.argv, [str(script), *arguments]
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            raise TrainerError(
                "BASE_UNSUPPORTED",
                "llama.cpp's converter refused this model; its last lines say why",
                "Choose a base of an architecture that llama.cpp knows.",
            ) from ended
    finally:
        sys.argv = given
        TextModel.get_vocab_base_pre, gguf.GGUFWriter.add_chat_template = recognise, add_template


def pre_tokenizer_name(tokenizer: dict[str, Any], cleans_spaces: bool) -> str | None:
    """llama.cpp's name for how a tokenizer.json splits text before BPE, when it is one that we can be sure of.

    The plain byte-level split is `gpt-2`, with every digit on its own before it `starcoder`. Both also tidy what they
    decode ("a ." becomes "a."), so a tokenizer that leaves spaces alone takes their namesakes that do, `trillion` and
    `smollm` (llama.cpp, src/llama-vocab.cpp: the regular expressions and `clean_spaces` of each pre-tokenizer).
    """
    if tokenizer["model"]["type"] != "BPE" or tokenizer["model"].get("ignore_merges") or tokenizer["normalizer"]:
        return None
    splitter = tokenizer["pre_tokenizer"] or {}
    *before, last = splitter["pretokenizers"] if splitter.get("type") == "Sequence" else [splitter]
    if last.get("type") != "ByteLevel" or last["add_prefix_space"] or not last["use_regex"]:
        return None
    if not before:
        return "gpt-2" if cleans_spaces else "trillion"
    if before == [{"type": "Digits", "individual_digits": True}]:
        return "starcoder" if cleans_spaces else "smollm"
    return None


if __name__ == "__main__":
    sys.exit(main())
