"""Which split a name means, and what a level of names is taken for: layouts that people have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augcli.dataset.layout import file_splits, kept, layout_of
from augcli.dataset.splits import augmented, called, meaning, read, without_split
from augcli.errors import SettingError
from augcli.settings.base import DatasetSettings

FORMS = {
    "train": ["train", "training", "trn", "trainset", "traindata"],
    "val": ["val", "valid", "validation", "dev", "eval", "evaluation", "devset"],
    "test": ["test", "testing", "tst", "holdout", "hold_out", "testset"],
}
BOTH = [(form, split) for split, forms in FORMS.items() for form in forms]
CASES = [str.lower, str.upper, str.capitalize]
MARKS = ["_", "-", ".", " ", "__"]


@given(
    st.sampled_from(BOTH),
    st.sampled_from(CASES),
    st.sampled_from(["", "my", "imdb", "01", "2017", "X"]),
    st.sampled_from(MARKS),
    st.sampled_from(["", "set", "2017", "1", "all", "(1)", "images"]),
)
def test_what_stands_around_a_word_does_not_change_it(form, case, before, mark, after):
    word, split = form
    parts = [part for part in (before, case(word), after) if part]
    assert meaning(mark.join(parts)) == split


@given(st.sampled_from(BOTH), st.integers(0, 9999), st.booleans())
def test_numbers_may_touch_a_word(form, number, before):
    word, split = form
    assert meaning(f"{number}{word}" if before else f"{word}{number}") == split


@given(
    st.sampled_from(["train", "test", "val", "dev"]),
    st.sampled_from(["a", "con", "la", "qu", "mo"]),
    st.sampled_from(["", "ers", "osterone", "ue", "ice"]),
)
def test_a_word_within_letters_is_none(word, before, after):
    assert meaning(f"{before}{word}{after}") is None


@pytest.mark.parametrize(
    "name",
    ["trainers", "trains", "testosterone", "latest", "contest", "evaluate", "validators", "value"],
)
def test_false_friends(name):
    assert read(name).meaning is None


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("trainA", "train"),
        ("BasicMotions_TRAIN", "train"),
        ("TrainSet", "train"),
        ("myTestData", "test"),
        ("TREC.test.all", "test"),
        ("reviews_test (1).csv", "test"),
        ("train_test_split", None),
        ("train_val", "train"),
        ("Entraînement", "train"),
        ("Entrai\u0302nement", "train"),
        ("Validação", "val"),
        ("pruebas_2019", "test"),
        ("测试集", "test"),
        ("тест", "test"),
    ],
)
def test_names_that_people_have(name, split):
    assert meaning(name) == split


SETTINGS = DatasetSettings(path="")


def placed(folders, told=None):
    """Return folder → (split, class) of pictures in some folders."""
    settings = DatasetSettings(path="", splits=told or {})
    names = kept(settings, sorted(f"{folder}/1.png" for folder in folders))
    layout = layout_of(settings, names)
    found = {name.removesuffix("/1.png"): layout.place(name) for name in names}
    return {
        name: (place.split, "/".join([*place.before, *place.after]))
        for name, place in found.items()
    }


LAYOUTS = {
    "train/cat test/cat": "train test",
    "training_set/cat test_set/cat": "train test",
    "train1/cat test1/cat": "train test",
    "train2017/cat val2017/cat": "train val",
    "seg_train/cat seg_test/cat": "train test",
    "trn/cat tst/cat": "train test",
    "01_train/cat 02_validation/cat": "train val",
    "train-images/cat dev-images/cat": "train val",
    "trainA/cat testA/cat": "train test",
    "traindir/cat testdir/cat": "train test",
    "images/train/cat images/test/cat": "train test",
    "data/images/train/cat data/images/holdout/cat": "train test",
    "2019/Train_Set/cat 2019/Hold_Out/cat": "train test",
    "train_val/cat test/cat": "train test",
    "entrenamiento/cat prueba/cat": "train test",
    "训练集/cat 测试集/cat": "train test",
}


@pytest.mark.parametrize("folders", LAYOUTS)
def test_layouts_of_splits(folders):
    found = placed(folders.split())
    assert found == {
        folder: (split, "cat")
        for folder, split in zip(folders.split(), LAYOUTS[folders].split(), strict=True)
    }


def test_splits_within_classes():
    found = placed(["bottle/train/good", "bottle/test/broken", "cable/train/good"])
    assert found["bottle/train/good"] == ("train", "bottle/good")
    assert found["bottle/test/broken"] == ("test", "bottle/broken")
    assert placed(["bottle/train/good", "bottle/test/bad"])["bottle/test/bad"] == ("test", "bad")


@pytest.mark.parametrize(
    "folders",
    ["cat dog", "tr de", "trains cars", "trainers latest", "contest testosterone", "toy_train bus"],
)
def test_classes_are_no_splits(folders):
    assert placed(folders.split()) == {each: ("train", each) for each in folders.split()}


CLASSES = {
    "seg_train/seg_train/a seg_train/seg_train/b seg_test/seg_test/a": "a b a",
    "train/train test/test": " ",
    "train/train train/cat test/train": "train cat train",
    "catTrain catTest dogTrain dogTest": "cat cat dog dog",
    "cat_train cat-test dog.train": "cat cat dog",
    "trainNormal trainTumor test": "Normal Tumor ",
    "trainA trainB testA": "  ",
    "catTrain catTest": " ",
    "cat_train/old dog_train/old dog_test/new": "old old new",
}


@pytest.mark.parametrize("folders", CLASSES)
def test_classes_beside_splits_in_a_name(folders):
    found = placed(folders.split())
    assert [found[name][1] for name in folders.split()] == CLASSES[folders].split(" ")
    sure = ((split, name.partition("/")[0]) for name, (split, _) in found.items())
    assert all((split == "train") == ("rain" in folder) for split, folder in sure)


def test_classes_in_one_word_with_a_split_that_is_told():
    told = {"*train": "train", "*test": "test"}
    found = placed(["cattrain", "cattest", "dogtrain"], told)
    assert found == {
        "cattrain": ("train", "cat"),
        "cattest": ("test", "cat"),
        "dogtrain": ("train", "dog"),
    }


@pytest.mark.parametrize(
    "folders", ["contest train_station", "latest restrain", "strain detest", "oval invalid"]
)
def test_letters_that_are_no_pair_are_no_splits(folders):
    assert all(split == "train" for split, _ in placed(folders.split()).values())


def test_words_between_spaces_are_those_of_a_class():
    assert placed(["dev board", "cat"])["dev board"] == ("train", "dev board")


DOUBTS = {
    "train/cat test/cat extra/cat": "extra",
    "seg_train/cat seg_test/cat seg_pred": "seg_pred",
    "cat dog test": "test",
    "cat dog unlabeled": "unlabeled",
    "cat dog my_test": "my_test",
    "cat/test cat/day dog/day": "cat/test",
    "train/cat train/test test/cat": "train/test",
    "freight_train steam_train": "steam_train",
    "tr/cat te/cat": "tr",
    "X_tr X_va X_ts": "X_va",
    "iris-5-1tra iris-5-1tes": "tes",
    "churn_2021_tr churn_2021_te": "churn_2021_te",
    "apprenants/cat test/cat": "{apprenants: train}",
    "cattrain cattest dogtrain dogtest": '{"*test": test, "*train": train}',
    "TRAINcat VALcat": '{"TRAIN*": train, "VAL*": val}',
}


@pytest.mark.parametrize("folders", DOUBTS)
def test_doubts_are_told_with_the_key_that_settles_them(folders):
    with pytest.raises(SettingError, match=r"`dataset\.splits`") as caught:
        placed(folders.split())
    assert DOUBTS[folders] in str(caught.value)
    assert caught.value.path == ("dataset", "splits")


@pytest.mark.parametrize(
    ("folders", "told", "expected"),
    [
        ("train/a test/a pred", {"pred": "ignore"}, "train/a train a, test/a test a"),
        ("cat test", {"test": "class"}, "cat train cat, test train test"),
        ("one/a two/a", {"one": "train", "two": "test"}, "one/a train a, two/a test a"),
        ("train/a train/test", {"train/test": "class"}, "train/a train a, train/test train test"),
        ("f1/a f2/a f3/a", {"f3": "val", "f*": "train"}, "f1/a train a, f2/a train a, f3/a val a"),
    ],
)
def test_what_is_told_settles_it(folders, told, expected):
    found = {tuple(each.split()) for each in expected.split(", ")}
    assert {(name, *place) for name, place in placed(folders.split(), told).items()} == found


def test_an_entry_about_nothing_is_an_error_with_the_nearest_name():
    with pytest.raises(
        SettingError, match=r"nothing .* 'sge_pred'; did you mean 'seg_pred'"
    ) as got:
        placed(["train/a", "test/a", "seg_pred"], {"sge_pred": "ignore"})
    assert got.value.path == ("dataset", "splits", "sge_pred")


FILES = {
    "telco_train.csv telco_test.csv": "train test",
    "training.csv testing.csv": "train test",
    "X_TRAIN.ts X_TEST.ts": "train test",
    "TREC.train.all TREC.test.all": "train test",
    "train/a.txt dev/a.txt": "train val",
    "train-00000-of-00002.parquet test-00000-of-00001.parquet": "train test",
    "a.csv b.csv": "train train",
    "trains.csv contest.csv": "train train",
}


@pytest.mark.parametrize("names", FILES)
def test_files_of_many_samples(names):
    expected = dict(zip(names.split(), FILES[names].split(), strict=True))
    assert file_splits(SETTINGS, names.split()) == expected


@pytest.mark.parametrize(
    "names", ["testing.csv data.csv", "imdb.csv imdb-test.csv", "train/a_test.csv test/b.csv"]
)
def test_files_in_doubt(names):
    with pytest.raises(SettingError, match=r"`dataset\.splits`"):
        file_splits(SETTINGS, names.split())


def test_pictures_whose_own_names_are_those_of_splits():
    names = ["cat/s_test_1.png", "cat/s_train_1.png", "dog/s_train_2.png"]
    layout = layout_of(SETTINGS, names)
    assert [layout.place(name).split for name in names] == ["test", "train", "train"]
    with pytest.raises(SettingError, match="beside them"):
        layout_of(SETTINGS, [*names, "dog/photo.png"])
    assert not layout_of(SETTINGS, ["cat/my test.png", "dog/1.png"]).held_out


@pytest.mark.parametrize(
    ("cell", "split"),
    [("TEST", "test"), (" Validation ", "val"), ("training", "train"), ("fold1", "fold1")],
)
def test_cells(cell, split):
    assert called(cell, ["train"]) == split


def test_what_is_asked_for_by_its_own_name_keeps_it():
    assert called("train2017", ["train2017"]) == "train2017"
    assert augmented(["train"], ["Training", "test", "fold1"]) == {"Training"}
    assert augmented(["fold1"], ["Training", "fold1"]) == {"fold1"}


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        *(("train_pos", "pos"), ("neg.test.2", "neg_2"), ("training_set", "set"), ("val", "val")),
        *(("posTrain", "pos"), ("TestNeg_2", "Neg_2"), ("HoldOut", "HoldOut")),
    ],
)
def test_what_is_left_of_a_name_without_its_split(name, rest):
    assert without_split(name) == rest
