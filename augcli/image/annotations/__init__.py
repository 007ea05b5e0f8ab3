"""The formats that annotations of pictures are kept in, one module each: bytes ↔ `Target`s."""
