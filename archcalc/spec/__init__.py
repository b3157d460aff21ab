"""Nodes become the spec, a tree: the language's words, its parser and its JSON Schema. No shapes, no numbers; every error has a place."""
