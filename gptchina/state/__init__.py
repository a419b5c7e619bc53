"""State classes: validate, call one use case, map to what a page shows."""
