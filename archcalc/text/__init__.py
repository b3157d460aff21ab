"""The text of a YAML file becomes nodes with places. The only room that knows PyYAML and its wording."""
