"""What `check` and `plan` find out about pictures and what a recipe does to them."""
