"""Layouts of pictures, with what `init` says of each."""

from __future__ import annotations

import json

from wild import BOX, CAPTIONS, COCO, SHAPES, SIDES, TWICE, VOC, Layouts, masks, patches, photos

PICTURES: Layouts = {
    "kaggle pictures": (
        photos("train/#.png", "test/x#.png")
        | {"train.csv": "id_code,diagnosis\n000,0\n001,1\n002,0\n"}
        | {"sample_submission.csv": "id_code,diagnosis\nx000,0\n"},
        ('path: "in/train.csv"', 'file: "id_code"', 'images: "train"', 'label: "diagnosis"'),
    ),
    "pictures and a table": (
        photos("images/#.png") | {"labels.csv": "image,label\n000.png,a\n001.png,b\n002.png,a\n"},
        ('path: "in/labels.csv"', "format: csv", 'images: "images"'),
    ),
    "a class in each name": (
        photos("train/cat.#.jpg", "train/dog.#.jpg", "test1/#.jpg"),
        ("6 in train",),
    ),
    "classes, and a folder of them again": (
        photos("no/#.png", "yes/1#.png", "brain/no/#.png", "brain/yes/1#.png"),
        ("question: unclear-format: brain/ has folders of the same names as those beside it",),
    ),
    "unpacked twice": (
        photos("archive/data/train/a/#.png", "archive/data/valid/a/x#.png"),
        ("3 in valid",),
    ),
    "parts and metadata": (
        photos("HAM_images_part_1/A#.png", "HAM_images_part_2/B#.png")
        | {"meta.csv": "lesion,image_id,dx\nL1,A000,nv\nL2,A001,mel\n"},
        ("question: unnamed-labels: meta.csv is a table of these pictures",),
    ),
    "parts whose names tell nothing": (
        photos("part1/a#.png", "part2/b#.png")
        | {"labels.csv": "id,label\na000,x\na001,y\na002,x\nb000,y\nb001,x\n"},
        ("question: unnamed-labels: labels.csv is a table of these pictures", "one folder"),
    ),
    "Roboflow's classes, several a picture": (
        photos("train/#.png", "valid/1#.png")
        | {
            f"{split}/_classes.csv": "filename, cat, dog\n"
            + "".join(f"{ten}{n:03d}.png, {n % 2}, 1\n" for n in range(3))
            for split, ten in (("train", ""), ("valid", 1))
        },
        ("format: metadata", "3 in train, 3 in val"),
    ),
    "sites and a table of files": (
        photos("north/a#.png", "south/b#.png")
        | {"meta.csv": "image,species,age\na000.png,elk,4\na001.png,owl,5\nb000.png,elk,4\n"},
        ("question: unnamed-labels: meta.csv is a table of these pictures",),
    ),
    "batches of which the first has the first rows": (
        photos("images_001/a#.png", "images_002/b#.png", count=6)
        | {
            "train.csv": "image,label\n"
            + "".join(f"{p}00{n}.png,{n % 2}\n" for p in "ab" for n in range(6))
        },
        ("question: unnamed-labels: train.csv is a table of these pictures",),
    ),
    "a test set under the same numbers": (
        photos("test/#.png", "train/#.png")
        | {"trainLabels.csv": "id,label\n000,frog\n001,deer\n002,frog\n"},
        ('path: "in/trainLabels.csv"', 'images: "train"', "3 in train"),
    ),
    "two views of what a table names": (
        {
            f"{w}/{n}.png": patches(n + 9 * (w == "front"), 24)
            for w in ("back", "front")
            for n in range(3)
        }
        | {"labels.csv": "id,label\n0,frog\n1,deer\n2,frog\n"},
        ("question: unnamed-labels: labels.csv is a table of these pictures",),
    ),
    "MVTec": (
        photos("nut/train/good/#.png", "nut/test/good/1#.png", "nut/test/bent/2#.png")
        | masks("nut/ground_truth/bent/2#_mask.png"),
        ("question: unnamed-labels: nut/ground_truth/bent/",),
    ),
    "Cityscapes": (
        photos(
            "leftImg8bit/train/bonn/b_#_leftImg8bit.png", "leftImg8bit/val/ulm/u_#_leftImg8bit.png"
        )
        | masks(
            *(
                f"gtFine/{at}_#_gtFine_{what}Ids.png"
                for at in ("train/bonn/b", "val/ulm/u")
                for what in ("label", "instance")
            )
        ),
        ("format: masks", "3 in train"),
    ),
    "ADE20K": (
        photos("images/training/A#.png", "images/validation/B#.png")
        | masks("annotations/training/A#.png", "annotations/validation/B#.png"),
        ("format: masks", "3 in training"),
    ),
    "Pascal": (
        photos("VOC2012/JPEGImages/#.png")
        | {f"VOC2012/Annotations/{n:03d}.xml": VOC for n in range(3)}
        | {
            "VOC2012/ImageSets/Main/train.txt": "000\n001\n",
            "VOC2012/ImageSets/Main/val.txt": "002\n",
        },
        ("format: voc", "2 in train, 1 in val"),
    ),
    "Pascal with masks of its own": (
        photos("images/#.png")
        | masks("masks/#.png")
        | {f"xmls/{n:03d}.xml": VOC for n in range(3)},
        ("format: voc", "question: unnamed-labels: masks/ holds masks of the pictures in images/"),
    ),
    "boxes, and infrared under the same names": (
        photos("images/#.png")
        | {f"thermal/{n:03d}.png": patches(n, 24) for n in range(3)}
        | {f"boxes/{n:03d}.xml": VOC for n in range(3)},
        ("format: voc", "question: unnamed-labels: thermal/ has the names of the pictures in imag"),
    ),
    "boxes, and background under other names": (
        photos("images/#.png", "empty/x#.png") | {f"xmls/{n:03d}.xml": VOC for n in range(3)},
        ("format: voc", "6 in train"),
    ),
    "COCO with captions": (
        photos("train2017/#.png", count=1)
        | {"annotations/captions_train2017.json": json.dumps(COCO | {"annotations": CAPTIONS})}
        | {"annotations/instances_train2017.json": json.dumps(COCO | {"annotations": [BOX]})},
        ("format: coco", "1 in train", "of another task and the same pictures: annotations/c"),
    ),
    "a folder of predictions": (
        photos(
            "seg_train/seg_train/sea/#.png",
            "seg_test/seg_test/sea/x#.png",
            "seg_pred/seg_pred/y#.png",
        ),
        ("question: unclear-splits: seg_pred",),
    ),
    "other pictures beside splits": (
        photos("Train/0/#.png", "Train/1/1#.png", "Test/x#.png", "Meta/y#.png"),
        ("question: unclear-splits: Test, Train look like splits but Meta",),
    ),
    "a list of splits": (
        photos("img/img/#.png")
        | {"list_eval_partition.csv": "image_id,partition\n000.png,0\n001.png,1\n"},
        ("question: unused-splits: list_eval_partition.csv",),
    ),
    "DOTA": (
        photos("train/images/#.png")
        | {
            f"train/labelTxt/{n:03d}.txt": "imagesource:x\ngsd:0.1\n1 1 9 1 9 9 1 9 plane 0\n"
            for n in range(3)
        },
        ("question: unnamed-labels: train/labelTxt/000.txt is a file of boxes",),
    ),
    "scans of hospitals": (
        {f"train/{n}.dcm": b"\0" * 128 + b"DICM" for n in range(3)}
        | {"train.csv": "id,target\n0,1\n1,0\n2,1\n"},
        ("kind: image", "question: "),
    ),
    "CUB": (
        photos("images/001.Albatross/a#.png", "images/002.Crow/c#.png")
        | {"train_test_split.txt": "1 1\n2 0\n", "images.txt": "1 001.Albatross/a000.png\n"},
        ("question: unused-splits: train_test_split.txt lists numbers of samples",),
    ),
    "before and after, of different places": (
        {
            f"{w}/{n}.png": patches(n + 9 * (w == "after"), 24)
            for w in ("before", "after")
            for n in range(3)
        },
        ("format: pairs", "3 in train"),
    ),
    "Carvana": (
        photos("train/#.png") | masks("train_masks/#_mask.png"),
        ("format: masks", "3 in train"),
    ),
    "what changed from A to B": (
        photos("train/A/#.png", "train/B/#.png") | masks("train/label/#.png"),
        ("question: unnamed-labels: train/label/ holds masks", "it has no mask, and so 3 pictures"),
    ),
    "DRIVE": (
        photos("training/images/#_training.png", "test/images/1#_test.png")
        | masks("training/mask/#_training_mask.png", "test/mask/1#_test_mask.png"),
        ("format: masks", "3 in test, 3 in training"),
    ),
    "DeepGlobe": (
        photos("train/#_sat.png", "valid/1#_sat.png") | masks("train/#_mask.png"),
        ("question: unnamed-labels: train/ holds masks beside pictures",),
    ),
    "Market-1501": (
        photos("bounding_box_train/#.png", "bounding_box_test/1#.png", "query/2#.png"),
        ("question: unclear-splits", "but query beside them does not"),
    ),
    "labelme": (
        photos("#.png")
        | {
            f"{n:03d}.json": json.dumps({"shapes": SHAPES, "imagePath": f"{n:03d}.png"})
            for n in range(3)
        },
        ("question: unnamed-labels",),
    ),
    "Supervisely": (
        photos("ds0/img/#.png")
        | {f"ds0/ann/{n:03d}.png.json": json.dumps({"objects": SHAPES}) for n in range(3)},
        ("question: unnamed-labels: ds0/ann/000.png.json is called as a picture is",),
    ),
    "captions": (
        photos("#.png") | {f"{n:03d}.txt": "a cat on a mat, 4k\n" for n in range(3)},
        ("question: unnamed-labels: 000.txt is called as a picture is",),
    ),
    "ISIC": (
        photos("ISIC_Task1-2_Training_Input/I_#.png", "ISIC_Task1-2_Test_Input/I_9#.png")
        | masks(
            "ISIC_Task1_Training_GroundTruth/I_#_segmentation.png",
            "ISIC_Task1_Test_GroundTruth/I_9#_segmentation.png",
        ),
        ("format: masks", "3 in test, 3 in train"),
    ),
    "masks under names that tell nothing": (
        photos("scans/north/#.png", "scans/south/1#.png")
        | masks("drawn by Ada/#_by_hand.png", "drawn by Ada/1#_by_hand.png"),
        ("question: unnamed-labels: drawn by Ada/ holds what look like masks",),
    ),
    "DIV2K": (
        {f"D_train_HR/{n:04d}.png": patches(n, 96) for n in range(3)}
        | {f"D_train_LR_bicubic/X2/{n:04d}x2.png": patches(n + 50, 47) for n in range(3)}
        | {"D_valid_HR/0009.png": patches(9, 96)},
        ("question: unclear-pairs: D_train_LR_bicubic/X2/0000x2.png and D_train_HR/0000.png",),
    ),
    "pairs whose folders tell nothing": (
        {f"{w}/{n}{end}.png": patches(n, s) for n in range(3) for w, end, s in TWICE},
        ("question: unclear-pairs: small/0_s.png and whole/0.png show the same",),
    ),
    "numbered pictures of classes": (
        photos("owl/#.png") | {f"elk/{n:03d}.png": patches(n, 20) for n in range(3)},
        ("balance: ", "6 in train"),
    ),
    "pairs in two sizes": (
        {f"{folder}/{n}.png": patches(n, side) for n in range(3) for folder, side in SIDES},
        ("question: unnamed-labels", "LR"),
    ),
    "classes in parts of names": (
        photos(*(f"{age}_{sex}_0_2017{age}0{sex}#.png" for age in (5, 63) for sex in (0, 1))),
        ("note: parts 1, 2 of names of files have few values, which may be classes",),
    ),
    "patients with findings in a table": (
        photos("train/patient00001/a#.png", "train/patient00002/b#.png")
        | {"train.csv": "Path,Sex,Edema\n" + "train/patient00001/a000.png,F,1.0\n" * 2},
        ("question: unnamed-labels: train.csv is a table of these pictures",),
    ),
    "classes in an array of MATLAB": (
        photos("jpg/#.png") | {"imagelabels.mat": b"MATLAB 5.0 MAT-file, Platform: GLNXA64"},
        ("question: unnamed-labels: imagelabels.mat is a file of MATLAB's arrays",),
    ),
    "what else was taken of a scene": (
        photos("#_rgb.png", "#_depth.png"),
        ("question: unclear-pairs: 000_depth.png, 000_rgb.png may be bands or views",),
    ),
    "stems that occur twice": (
        {f"{n}.{end}": patches(n, 48) for n in range(3) for end in ("jpg", "png")},
        ("question: unclear-pairs: 0.jpg, 0.png may be",),
    ),
}
