"""Soundness, measured: errors are planted in claims, sorted apart from the verdict, and must be refuted."""
