"""The subcommands of ``torso``: thin, one file each; what they do is done in the other rooms.

A module here imports nothing heavy before its command runs, so that ``torso --version`` is quick
and ``torso analyze`` never pays for the page.
"""
