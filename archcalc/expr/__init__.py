"""The text of an expression becomes a closure: a closed language that knows no spec."""
