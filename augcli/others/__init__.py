"""Pipelines of other libraries turned into steps: Albumentations, torchvision, Keras.

`text.py` and `tree.py` read what those write into `Call`s, `libraries` say what each call is here,
and `turning.py` puts the steps together and names what could not be turned. The page for users of
these libraries (`page.py`) is made of the same declarations.
"""
