"""Files as other programs write them, made of blocks."""

from pathlib import Path

import numpy as np

from sensors.samples import GRAVITY_MPS2, ImuBlock

DOT_ABOUT = (
    "sep=,\nDeviceTag:,{tag}\nFirmwareVersion:,3.0.0\nAppVersion:,2023.6.0\nSyncStatus:,{sync}\n"
    "OutputRate:,60Hz\nFilterProfile:,General\nMeasurement Mode:,{mode}\n"
    "StartTime: ,2024-12-16_16:12:46_789 CET\n© Movella Technologies B. V. 2005-2024\n\n"
)
DOT_RATES = "Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"
WIT_PHONE = (
    "time\tDeviceName\tChipTime()\tAccX(g)\tAccY(g)\tAccZ(g)\tAsX(°/s)\tAsY(°/s)\tAsZ(°/s)"
    "\tAngleX(°)\tAngleY(°)\tAngleZ(°)\tQ0()\tTemperature(°C)"
)
WIT_WINDOWS = (
    "Time,Device name,Chip Time(),Acceleration X(g),Acceleration Y(g),Acceleration Z(g),"
    "Angular velocity X(°/s),Angular velocity Y(°/s),Angular velocity Z(°/s),"
    "Angle X(°),Angle Y(°),Angle Z(°),Quaternions 0(),Temperature(℃)"
)


def dot_file(
    path: Path,
    tag: str,
    t_s: np.ndarray,
    values: np.ndarray,
    columns: str = DOT_RATES,
    *,
    start_us: int = 211_249_324,
    sync: str = "Synced",
    newline: str = "\n",
) -> Path:
    """One sensor's file of the DOT app; ``values`` (n, k) are in its units."""
    lines = [f"PacketCounter,SampleTimeFine,{columns}"]
    ticks = (start_us + np.round(t_s * 1e6).astype(np.int64)) % (1 << 32)
    for n, (tick, row) in enumerate(zip(ticks.tolist(), values.tolist(), strict=True), start=1):
        lines.append(",".join([str(n), str(tick), *(f"{x:.6f}" for x in row)]))
    about = DOT_ABOUT.format(tag=tag, sync=sync, mode="Inertial data Mode")
    text = about + "\n".join(lines) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.replace("\n", newline).encode())
    return path


def dot_values(block: ImuBlock) -> np.ndarray:
    return np.hstack([block.acc, np.degrees(block.gyr)])


def clock(t_s: float, style: str) -> str:
    """A time of day, from five seconds before midnight on."""
    ms = round((86395.0 + t_s) * 1000)
    day, ms = divmod(ms, 86_400_000)
    hours, minutes, seconds, ms = ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60, ms % 1000
    if style == "iso":
        return f"2026-10-0{2 + day}T{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"
    if style == "unpadded":
        return f"2025-10-{9 + day} {hours}:{minutes}:{seconds}:{ms}"
    if style == "american":
        half = "AM" if hours < 12 else "PM"
        return f"1/{3 + day}/2026 {hours % 12 or 12}:{minutes:02}:{seconds:02}.{ms:03} {half}"
    return f" {hours:02}:{minutes:02}:{seconds:02}.{ms:03}"


def wit_file(
    path: Path,
    blocks: dict[str, ImuBlock],
    *,
    header: str = WIT_PHONE,
    style: str = "iso",
    together: int = 4,
    encoding: str = "utf-8",
) -> Path:
    """All sensors in one text file; ``together`` samples come with one time, a little late."""
    delimiter = "\t" if "\t" in header else ","
    noise = np.random.default_rng(1)
    rows = []
    for name, block in blocks.items():
        stamps = np.empty(len(block))
        for first in range(0, len(block), together):
            last = min(first + together, len(block)) - 1
            stamps[first : last + 1] = block.t_s[last] + 0.004 + noise.exponential(0.003)
        stamps = np.maximum.accumulate(stamps)
        values = np.hstack([block.acc / GRAVITY_MPS2, np.degrees(block.gyr)])
        for stamp, row in zip(stamps.tolist(), values.tolist(), strict=True):
            cells = [clock(stamp, style), name, "null", *(f"{x:.6f}" for x in row)]
            rows.append((stamp, delimiter.join([*cells, "1.0", "2.0", "3.0", "null", "28.1"])))
    rows.sort(key=lambda row: row[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join([header, *(row for _, row in rows), ""]).encode(encoding, "replace"))
    return path
