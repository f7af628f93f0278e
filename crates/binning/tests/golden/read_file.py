"""Prints the record in a file of bins as JSON: what any language needs to read one.

`python read_file.py ../fixtures/2025-11.msgpack > ../fixtures/2025-11.json` made the JSON that the
tests compare the Rust reader with (msgpack 1.x).
"""

import json
import sys
import zlib

import msgpack

with open(sys.argv[1], "rb") as file:
    envelope = msgpack.unpack(file)

assert envelope["format"] == "calibrated-bins", "another kind of file"
assert envelope["version"] == 2, "another version"
assert envelope["crc32"] == zlib.crc32(envelope["payload"]), "damaged"
print(json.dumps(msgpack.unpackb(envelope["payload"]), indent=1))
