"""What steps lower to: operations on a picture and its targets, fused before they are applied."""
