"""`optimizer.lr=auto`: a learning rate found by short descents."""
