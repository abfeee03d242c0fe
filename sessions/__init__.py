"""What is kept and how it leaves: import, analysis, library, export."""
