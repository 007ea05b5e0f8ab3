"""Files and folders of this machine: read, written and renamed without surprises."""
