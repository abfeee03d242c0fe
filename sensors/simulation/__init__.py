"""A scripted wearer with exact truth, and what sensors on that wearer would have sent."""
