"""Text of study files: where its keys stand, and its syntax errors."""
