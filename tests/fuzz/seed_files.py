"""What the makers of seeds share: seeds by name, and how some bytes are written."""

import json
import struct

BETWEEN = b"\n==\n"
seeds = {}


def seed(target, name, content, choice=None):
    content = content.encode() if isinstance(content, str) else content
    seeds[f"{target}/{name}"] = (b"" if choice is None else bytes([choice])) + content


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def dumped(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
