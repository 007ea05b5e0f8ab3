"""Words and sentences from language models in local folders; nothing is ever fetched.

What a model said is recorded in the params, so a replay needs no model.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import Field

from augcli.draws import Draws
from augcli.errors import SettingError
from augcli.ranges import Constant, Spread, Whole
from augcli.text.edits import Edit, in_shape_of
from augcli.text.picks import one_of, picked
from augcli.text.transform import MODEL_FOLDER, Share, TextTransform
from augcli.text.words import Document
from augcli.transform import register

_EXTRA = 'needs the extra `models`: pip install "augcli[models]"'


@register
class FillMask(Share):
    """Replace words by what a local masked language model would put there (extra `models`).

    Words that turn a meaning around stay, as the model knows nothing of the class.
    """

    revision: ClassVar[int] = 4

    model: Annotated[str, MODEL_FOLDER] = Field(
        description="folder of a masked language model as transformers saves it, absolute",
        examples=["/models/distilroberta-base"],
    )
    top: int = Field(5, ge=1, description="how many of the likeliest words are drawn from")

    def prepare(self) -> None:
        """Load the model."""
        _check("model", load_masked, self.model)

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the words that the model put instead, each seen in the text as it was."""
        may = document.deletable
        places = picked(draws, len(may), self.count(draws, document))
        found = []
        for index, here in sorted((may[place], here) for place, here in places):
            word = document.words[index]
            options = [each for each in self._options(document, index) if each != word.text.lower()]
            if options:
                new = in_shape_of(one_of(here, options), word.text)
                found.append([word.start, word.end, new])
        return found

    def _options(self, document: Document, index: int) -> Sequence[str]:
        torch, tokenizer, model = load_masked(self.model)
        word = document.words[index]
        text = document.text[: word.start] + tokenizer.mask_token + document.text[word.end :]
        inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=_longest(model))
        masked = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()
        if not len(masked):
            return []
        with torch.inference_mode():
            scores = model(**inputs).logits[0, masked[0, 0]]
        best = scores.topk(min(len(scores), 4 * self.top)).indices.tolist()
        words = [tokenizer.decode([each]).strip().lower() for each in best]
        return list(dict.fromkeys(each for each in words if each.isalpha()))[: self.top]


@register
class BackTranslate(TextTransform):
    """Translate to another language and back with local models (extra `models`).

    A text whose URLs, numbers or user patterns do not survive is left as it is, and so is one with
    labelled spans, which no translation can follow, and one that is too long for the model.
    """

    to: Annotated[str, MODEL_FOLDER] = Field(
        description="folder of a Marian model into the other language, absolute",
        examples=["/models/opus-mt-en-de"],
    )
    back: Annotated[str, MODEL_FOLDER] = Field(
        description="folder of the model back, absolute", examples=["/models/opus-mt-de-en"]
    )
    beams: Annotated[Spread, Whole(1, 20, "translations of each way that are drawn from")] = (
        Constant(4)
    )

    def prepare(self) -> None:
        """Load both models."""
        _check("to", load_translator, self.to)
        _check("back", load_translator, self.back)

    def edits(self, draws: Draws, document: Document) -> list[Edit]:
        """Return the whole text anew, or nothing."""
        if document.spans:
            return []
        beams = int(self.beams.draw(draws.at("beams")))
        there = one_of(draws.at("to"), translate(self.to, document.text, beams) or [""])
        here = one_of(draws.at("back"), translate(self.back, there, beams) or [""])
        kept = all(word.text in here for word in document.words if not word.free)
        return [[0, len(document.text), here]] if kept and here else []


def translate(folder: str, text: str, beams: int) -> list[str]:
    """Return a model's best translations of a text; none if it is too long for the model."""
    torch, tokenizer, model = load_translator(folder)
    inputs, longest = tokenizer([text], return_tensors="pt"), _longest(model)
    if inputs["input_ids"].shape[1] > longest:
        return []
    with torch.inference_mode():
        made = model.generate(
            **inputs,
            num_beams=beams,
            num_return_sequences=beams,
            do_sample=False,
            max_new_tokens=longest - 1,
        )
    found = tokenizer.batch_decode(made, skip_special_tokens=True)
    return list(dict.fromkeys(" ".join(each.split()) for each in found))


@cache
def load_masked(folder: str) -> tuple[Any, Any, Any]:
    """Return torch, tokenizer and model of a folder; read once in a process."""
    return _loaded(folder, "AutoModelForMaskedLM")


@cache
def load_translator(folder: str) -> tuple[Any, Any, Any]:
    """Return torch, tokenizer and model of a folder; read once in a process."""
    return _loaded(folder, "AutoModelForSeq2SeqLM")


def _loaded(folder: str, class_name: str) -> tuple[Any, Any, Any]:
    torch: Any = importlib.import_module("torch")
    transformers: Any = importlib.import_module("transformers")
    torch.set_num_threads(1)  # processes are forked after this
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice to those who train
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = getattr(transformers, class_name).from_pretrained(folder, local_files_only=True)
    return torch, tokenizer, model.eval()


def _check(field: str, load: Callable[[str], Any], folder: str) -> None:
    """Raise SettingError for the field of a step whose model cannot be loaded."""
    try:
        load(folder)
    except ModuleNotFoundError as error:
        raise SettingError((field,), f"{_EXTRA} ({error.name} is missing)") from None
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise SettingError((field,), f"{folder} cannot be used as a model: {reason}") from error


def _longest(model: Any) -> int:
    """Return how many tokens a model takes."""
    return int(getattr(model.config, "max_position_embeddings", 512))
