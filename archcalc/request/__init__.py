"""What is asked beside the spec: each option is declared once, and checked here."""
