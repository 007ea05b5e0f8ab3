"""The nearest of many points, exact or nearly so, for kinds that compare samples by numbers."""
