"""nano's network and its pre-training loop."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

import torch
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from .nano_rows import FIRST_MIX, LATER_MIX, chats
from .nano_tokens import CONTEXT, END, encode_rows, prompt

ECHO_SHARE = 0.06
PROMPT_SHARE, PROMPT_WEIGHT = 0.15, 0.1
WINDOW_BATCHES = 16
FIRST_SHARE = 0.15


@dataclass(frozen=True)
class Plan:
    """How to build nano. `lr` falls linearly to a twentieth over the last 60 % of the steps."""

    seed: int = 11
    steps: int = 3000
    batch: int = 32
    lr: float = 4e-3
    vocab_size: int = 3072
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    feed_forward: int = 352


Encoded = tuple[list[int], int]
Report = Callable[[int, float], None]


def new_model(plan: Plan, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Make the untrained network, seeded."""
    torch.manual_seed(plan.seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=plan.hidden,
        num_hidden_layers=plan.layers,
        num_attention_heads=plan.heads,
        num_key_value_heads=plan.heads,
        intermediate_size=plan.feed_forward,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def batches(plan: Plan, tokenizer: PreTrainedTokenizerFast) -> Iterator[list[Encoded]]:
    """Make the endless stream of batches, each of rows of similar length so that little is padding."""
    rng = random.Random(plan.seed)  # noqa: S311 (made text, not a secret)
    first, later = chats(plan.seed, FIRST_MIX), chats(plan.seed, LATER_MIX)
    special = len(tokenizer.all_special_ids)
    for window in count():
        stream = first if window * WINDOW_BATCHES < plan.steps * FIRST_SHARE else later
        size = plan.batch * WINDOW_BATCHES
        echoes = [_echo(rng, tokenizer, special) for _ in range(round(size * ECHO_SHARE))]
        rest = islice(stream, size - len(echoes))
        rows = echoes + encode_rows(tokenizer, ((prompt(c.system, c.user), c.answer) for c in rest))
        rows.sort(key=lambda row: len(row[0]))
        order = list(range(WINDOW_BATCHES))
        rng.shuffle(order)
        yield from (rows[i * plan.batch : (i + 1) * plan.batch] for i in order)


def _echo(rng: random.Random, tokenizer: PreTrainedTokenizerFast, special: int) -> Encoded:
    # Random ids of the whole vocabulary: an id that is never an answer dies, and LoRA cannot make it likely again.
    ids = [rng.randrange(special, len(tokenizer)) for _ in range(rng.randint(1, 5))]
    head, tail = prompt("Repeat the words.", "\0").split("\0")
    encode = tokenizer.backend_tokenizer.encode
    asked = encode(head, add_special_tokens=False).ids + ids + encode(tail, add_special_tokens=False).ids
    return asked + ids + [tokenizer.convert_tokens_to_ids(END)], len(asked)


def learning_rate(plan: Plan, step: int) -> float:
    """Give the rate of `step`: a short warm-up, a plateau, a long way down."""
    if step < 100:
        return plan.lr * (step + 1) / 100
    left = (plan.steps - step) / (plan.steps * 0.6)
    return plan.lr * max(0.05, min(1.0, left))


def row_loss(model: LlamaForCausalLM, rows: list[Encoded], generator: torch.Generator) -> torch.Tensor:
    """Score the answers, and lightly a share of the prompt, computing logits only where a token is scored."""
    width = max(len(ids) for ids, _ in rows)
    tokens = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in rows])
    starts = torch.tensor([start for _, start in rows])[:, None]
    lengths = torch.tensor([len(ids) for ids, _ in rows])[:, None]
    places = torch.arange(1, width)[None, :]
    answer = (places >= starts) & (places < lengths)
    asked = (places < starts) & (torch.rand(answer.shape, generator=generator) < PROMPT_SHARE)
    hidden = model.model(tokens, use_cache=False).last_hidden_state[:, :-1]
    scored = answer | asked
    logits = hidden[scored] @ model.lm_head.weight.T
    losses = functional.cross_entropy(logits, tokens[:, 1:][scored], reduction="none")
    is_answer = answer[scored]
    prompt_loss = losses[~is_answer].mean() if not bool(is_answer.all()) else losses.new_zeros(())
    return losses[is_answer].mean() + PROMPT_WEIGHT * prompt_loss


def new_optimizers(model: LlamaForCausalLM, plan: Plan) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the matrices, which needs about half as many steps here, AdamW for the embedding and the norms."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    return (
        torch.optim.Muon(matrices, lr=plan.lr, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=plan.lr, betas=(0.9, 0.97), weight_decay=0.0, foreach=True),
    )


def pretrain(plan: Plan, tokenizer: PreTrainedTokenizerFast, report: Report) -> LlamaForCausalLM:
    """Train nano from nothing. One thread, so that the same plan gives the same weights on the same processor."""
    torch.set_num_threads(1)
    model = new_model(plan, tokenizer).train()
    optimizers = new_optimizers(model, plan)
    generator = torch.Generator().manual_seed(plan.seed)
    for step, rows in enumerate(islice(batches(plan, tokenizer), plan.steps)):
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = learning_rate(plan, step)
        loss = row_loss(model, rows, generator)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        model.zero_grad(set_to_none=True)
        report(step, float(loss.detach()))
    return model.eval()
