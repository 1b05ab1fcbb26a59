"""Records become numbers: the registry, the views and the estimators."""
