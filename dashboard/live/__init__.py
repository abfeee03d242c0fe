"""The live component: its Python face, its JavaScript modules and its style."""
