"""Which files of a dataset are pictures, and what tables and folders beside tell of them."""
