from tests.sessions.conftest import raw_folder, spoil

__all__ = ["raw_folder", "spoil"]
