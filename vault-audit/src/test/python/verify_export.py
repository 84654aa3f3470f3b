"""Verifies an export from docs/audit-format.md alone: verify_export.py FOLDER KEY. Prints the size and root of the log, or fails."""
import base64, gzip, hashlib, json, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

folder, key = sys.argv[1:]
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()

name, key_id, typed = key.split("+", 2)
typed = base64.b64decode(typed, validate=True)
assert typed[0] == 1 and sha(name.encode(), b"\n", typed)[:4].hex() == key_id

manifest = json.load(open(f"{folder}/manifest.json"))
text, signatures = manifest["checkpoint"].rsplit("\n\n", 1)
origin, size, root = text.split("\n")
assert origin == name and name.endswith("/" + manifest["tenant_id"])
signed = [base64.b64decode(line.split(" ")[2]) for line in signatures.splitlines() if line.split(" ")[1] == name]
Ed25519PublicKey.from_public_bytes(typed[1:]).verify([s[4:] for s in signed if s[:4].hex() == key_id][0], text.encode() + b"\n")

def packed(listed):
    data = open(f"{folder}/{listed['name']}", "rb").read()
    assert hashlib.sha256(data).hexdigest() == listed["sha256"]
    return gzip.decompress(data).split(b"\n")[:-1]

entries = iter([line for listed in manifest["files"] for line in packed(listed)])
stack, length = [], 0

def append(height, hash):
    global length
    assert length % (1 << height) == 0
    length += 1 << height
    while stack and stack[-1][0] == height:
        hash, height = sha(b"\x01", stack.pop()[1], hash), height + 1
    stack.append((height, hash))

for step in map(json.loads, packed(manifest["proof"])):
    if "leaves" in step:
        hashes = base64.b64decode(step["leaves"])
        for i in range(0, len(hashes), 32):
            assert sha(b"\x00", next(entries)) == hashes[i:i + 32], f"the entry at index {length}"
            append(0, hashes[i:i + 32])
    else:
        append(step["height"], base64.b64decode(step["hash"]))

assert next(entries, None) is None and length == int(size)
top = stack.pop()[1] if stack else sha()
while stack:
    top = sha(b"\x01", stack.pop()[1], top)
assert base64.b64encode(top).decode() == root, "the root"
print(size, root)
