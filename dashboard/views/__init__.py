"""The pages, one module each: layout and words, no arithmetic."""
