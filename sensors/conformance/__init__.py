"""The pass/fail sheet that any driver must get, ours or a plug-in's.

* :mod:`~sensors.conformance.device`: what a simulated device is
* :mod:`~sensors.conformance.makers`, :mod:`~sensors.conformance.open_device`: those of our families
* :mod:`~sensors.conformance.playing`: a device's notifications over a made-up link
* :mod:`~sensors.conformance.checks`: what is demanded of a reader
* :mod:`~sensors.conformance.links`: what is demanded of a dialogue, with the real supervisor
* :mod:`~sensors.conformance.sheet`: all of it, line by line
"""
