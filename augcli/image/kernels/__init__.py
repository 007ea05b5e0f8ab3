"""Arrays in, arrays out: what is computed from pixels, whatever asks for it."""
