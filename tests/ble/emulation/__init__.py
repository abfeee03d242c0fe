"""Sensors that do not exist, for the real ``bleak`` to find, connect to and lose.

They live in a process of their own, so that they keep their pace whatever the client does, and are
steered by JSON lines over TCP. ``air_bumble`` puts them on the link layer of Google's ``bumble``;
``air_bluez`` stands in for ``org.bluez`` on a private D-Bus, under bleak's own Linux backend.
"""
