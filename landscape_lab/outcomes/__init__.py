"""How descents ended: who arrived, in which basin, at which rates."""
