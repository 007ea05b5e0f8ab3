"""What is asked of a unit: requests, stages and views, copies drawn again, work shared out."""
