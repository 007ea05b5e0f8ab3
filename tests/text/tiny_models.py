"""Language models of a few kilobytes with random weights, made and saved here."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

WORDS = ["the", "a", "film", "was", "good", "bad", "long", "short", "and", "not", "we", "saw"]
WORDS += ["it", "last", "night", "story", "great", "dull", "actors", "play", "well", "poorly"]
_SIZES = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}


def masked(folder: Path) -> Path:
    """Save a masked language model of WORDS."""
    torch, transformers, tokenizers = _libraries("torch", "transformers", "tokenizers")
    words = ["[PAD]", "[UNK]", "[MASK]", *WORDS]
    vocabulary = {word: number for number, word in enumerate(words)}
    inner = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, "[UNK]"))
    inner.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    marks = {"unk_token": "[UNK]", "pad_token": "[PAD]", "mask_token": "[MASK]"}
    transformers.PreTrainedTokenizerFast(tokenizer_object=inner, **marks).save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(words), num_attention_heads=2, max_position_embeddings=64, **_SIZES
    )
    transformers.BertForMaskedLM(config).save_pretrained(folder)
    return folder


def marian(folder: Path, seed: int) -> Path:
    """Save a translator from WORDS to WORDS."""
    torch, transformers, pieces = _libraries("torch", "transformers", "sentencepiece")
    folder.mkdir()
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(" ".join(WORDS[at : at + 6]) for at in range(len(WORDS) - 6)))
    for side in ("source", "target"):
        pieces.SentencePieceTrainer.train(
            input=str(corpus),
            model_prefix=str(folder / side),
            vocab_size=60,
            hard_vocab_limit=False,
            minloglevel=2,
        )
        (folder / f"{side}.model").rename(folder / f"{side}.spm")
    model = pieces.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    known = (model.id_to_piece(number) for number in range(model.get_piece_size()))
    words = ["</s>", "<unk>", *(w for w in known if w not in ("<s>", "</s>", "<unk>")), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({w: n for n, w in enumerate(words)}))
    transformers.MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    transformers.MarianMTModel(_marian_config(transformers, len(words))).save_pretrained(folder)
    return folder


def _marian_config(transformers: Any, size: int) -> Any:
    sides = {
        f"{side}_{what}": number
        for side in ("encoder", "decoder")
        for what, number in (("layers", 1), ("attention_heads", 2), ("ffn_dim", 16))
    }
    return transformers.MarianConfig(
        vocab_size=size,
        decoder_vocab_size=size,
        d_model=16,
        max_position_embeddings=64,
        pad_token_id=size - 1,
        decoder_start_token_id=size - 1,
        eos_token_id=0,
        forced_eos_token_id=0,
        init_std=1.0,
        **sides,
    )


def _libraries(*names: str) -> list[Any]:
    return [importlib.import_module(name) for name in names]
