"""Many design points: searches over batch, context or a var. Never prints."""
