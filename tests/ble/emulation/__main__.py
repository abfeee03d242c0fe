"""The process the sensors live in: prints one JSON line when they are there, then obeys."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.ble.emulation.brands import make_sensor


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("layer", choices=("bumble", "bluez"))
    parser.add_argument("sensors", help="JSON: a list of what make_sensor takes")
    args = parser.parse_args()
    if args.layer == "bumble":
        from tests.ble.emulation.air_bumble import BumbleAir as Air
    else:
        from tests.ble.emulation.air_bluez import BluezAir as Air
    air = Air()
    ready = await air.open()
    sensors = {}
    for wish in json.loads(args.sensors):
        sensor = make_sensor(air, **wish)
        sensors[sensor.name] = sensor
        await air.add(sensor)
    running = [asyncio.create_task(sensor.run()) for sensor in sensors.values()]

    async def steer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            order = json.loads(line)
            answer = await sensors[order["sensor"]].do(order["do"], order.get("value", 0.0))
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(steer, "127.0.0.1", 0)
    ready["steer"] = server.sockets[0].getsockname()[1]
    print(json.dumps(ready), flush=True)
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([ended, *running], return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        if task.done():
            task.result()
        task.cancel()
    await air.close()


asyncio.run(main())
