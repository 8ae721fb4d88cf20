"""Write `requirements.txt` with the sha256 of every wheel that the supported platforms would install.

    python trainer/scripts/lock.py PINS > trainer/requirements.txt

PINS is a file of `name==version` lines: `pip freeze` of an environment in which the tests pass, without torch, whose
CPU wheel comes from another place (`requirements-torch.txt`). pip is asked once per (platform, Python) for the wheel
it would take, so nothing is installed here and the package index is whatever pip is configured with.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "linux x86_64": ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
    "linux aarch64": [
        "manylinux_2_28_aarch64",
        "manylinux_2_27_aarch64",
        "manylinux_2_17_aarch64",
        "manylinux2014_aarch64",
    ],
    "macOS arm64": [f"macosx_{major}_0_arm64" for major in range(14, 10, -1)],
}
HEADER = """\
# The whole closure of the trainer but torch (requirements-torch.txt), pinned with hashes for Linux x86_64 and aarch64
# and macOS arm64, Python {first} to {last}. Written by scripts/lock.py; change a pin there, never a hash by hand.
"""


def resolve(pins: list[str], platform: str, python: str) -> dict[str, str]:
    """Ask pip which wheel it would take for each pin; returns {pin: sha256}, without those that have no wheel."""
    with tempfile.TemporaryDirectory() as folder:
        listed, report = Path(folder, "pins.txt"), Path(folder, "report.json")
        listed.write_text("\n".join(pins), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed", "--no-deps"]
        command += ["--only-binary=:all:", "--python-version", python, "--target", folder, "--report", str(report)]
        command += [part for tag in PLATFORMS[platform] for part in ("--platform", tag)]
        done = subprocess.run([*command, "-r", str(listed)], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            wheels = json.loads(report.read_text(encoding="utf-8"))["install"]
            order = {pin.partition("==")[0].lower().replace("_", "-"): pin for pin in pins}
            return {
                order[wheel["metadata"]["name"].lower().replace("_", "-")]: wheel["download_info"]["archive_info"][
                    "hashes"
                ]["sha256"]
                for wheel in wheels
            }
    if len(pins) == 1:
        print(f"no wheel of {pins[0]} for {platform}, Python {python}", file=sys.stderr)
        return {}
    middle = len(pins) // 2  # One missing wheel fails the whole call: halve until it stands alone.
    return resolve(pins[:middle], platform, python) | resolve(pins[middle:], platform, python)


def main(path: str) -> None:
    """Print the lock for the pins listed in `path`."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    pins = sorted((line.strip() for line in lines if "==" in line), key=str.lower)
    hashes: dict[str, set[str]] = defaultdict(set)
    for platform in PLATFORMS:
        for python in PYTHONS:
            for pin, digest in resolve(pins, platform, python).items():
                hashes[pin].add(digest)
    print(HEADER.format(first=PYTHONS[0], last=PYTHONS[-1]), end="")
    for pin in pins:
        print(" \\\n".join([pin, *(f"    --hash=sha256:{digest}" for digest in sorted(hashes[pin]))]))


if __name__ == "__main__":
    main(sys.argv[1])
