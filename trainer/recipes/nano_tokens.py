"""nano's tokenizer and chat template.

Byte-level BPE whose merges never join a digit with anything, so numbers are spelt digit by digit. Digits are kept
apart while the merges are learnt; the shipped tokenizer has the plain ByteLevel split, which other runtimes know as
"gpt-2" and therefore tokenize identically.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from .nano_rows import LATER_MIX, chats
from .nano_speech import World

PAD, START, END = "<|pad|>", "<|im_start|>", "<|im_end|>"
CONTEXT = 1024

CHAT_TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message['role'] + '\\n' }}"
    "{%- if message['role'] == 'assistant' %}"
    "{% generation %}{{- message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{%- else %}{{- message['content'] + '<|im_end|>' }}{%- endif %}"
    "{{- '\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def train_tokenizer(seed: int, vocab_size: int) -> PreTrainedTokenizerFast:
    """Learn the merges from made text, then wrap them for transformers."""
    tokenizer = Tokenizer(models.BPE())
    shipped = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), shipped])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, START, END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(seed), trainer)
    tokenizer.pre_tokenizer = shipped
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[START],
        chat_template=CHAT_TEMPLATE,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
        add_bos_token=False,
    )


def _texts(seed: int) -> Iterator[str]:
    # Every word of a sentence counts alike, or rare ones would be cut up. Words in JSON may be: their pieces are then
    # shared by many answers, and a piece that no answer ever holds is one that LoRA cannot make likely.
    for word in World().words:
        yield from [f"a {word}"] * 60
    for chat in islice(chats(seed, LATER_MIX), 20_000):
        yield f"{chat.system}\n{chat.user}\n{chat.answer}\nsystem\nuser\nassistant"


def prompt(system: str, user: str) -> str:
    """Render a prompt as the chat template does, up to where the assistant speaks."""
    head = f"{START}system\n{system}{END}\n" if system else ""
    return f"{head}{START}user\n{user}{END}\n{START}assistant\n"


def encode_rows(tokenizer: PreTrainedTokenizerFast, rows: Iterable[tuple[str, str]]) -> list[tuple[list[int], int]]:
    """Encode (prompt, answer) pairs: the token ids, ended by `<|im_end|>`, and where the answer starts."""
    pairs = list(rows)
    backend = tokenizer.backend_tokenizer
    prompts = backend.encode_batch([asked for asked, _ in pairs], add_special_tokens=False)
    answers = backend.encode_batch([answer + END for _, answer in pairs], add_special_tokens=False)
    return [(p.ids + a.ids, len(p.ids)) for p, a in zip(prompts, answers, strict=True)]
