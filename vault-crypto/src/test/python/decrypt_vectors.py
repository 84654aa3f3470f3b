"""Decrypts envelope-v1.json, written from docs/crypto-format.md alone."""
import hmac, json, struct, sys
from cryptography.hazmat.primitives import cmac, hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
v = json.load(open(sys.argv[1]))
raw = lambda name: bytes.fromhex(v[name])
text = lambda s: struct.pack(">H", len(s)) + s.encode()
place = lambda purpose, owner, where, version, key_id: (
    text(purpose) + text(owner) + text(where) + struct.pack(">I", version) + key_id)
def prf(key, message):
    mac = cmac.CMAC(AES(key)); mac.update(message)
    return mac.finalize()
def unwrap(key, blob, header, context):  # XAES-256-GCM
    nonce, sealed = blob[header:header + 24], blob[header + 24:]
    message_key = b"".join(prf(key, bytes([0, i, 0x58, 0]) + nonce[:12]) for i in (1, 2))
    return AESGCM(message_key).decrypt(nonce[12:], sealed, blob[:header] + context)
def open_data(tenant_key, wrapped, sealed, purposes, where, version):
    contexts = [place(purpose, v["tenant"], where, version, sealed[1:17]) for purpose in purposes]
    data_key = unwrap(tenant_key, wrapped, 17, contexts[0])
    return AESGCM(data_key).decrypt(sealed[17:29], sealed[29:], sealed[:17] + contexts[1]).decode()
partner = unwrap(raw("root_key"), raw("wrapped_partner_key"), 9, text(v["partner_id"]) + raw("partner_key_id_bytes") + text("partner-key"))
tenant = unwrap(partner, raw("wrapped_tenant_key"), 17, place("tenant-key", v["tenant"], v["partner_id"], 0, raw("tenant_key_id_bytes")))
print(open_data(tenant, raw("wrapped_data_key"), raw("ciphertext"), ("value-key", "value"), v["path"], int(v["version"])))
purposes, record = ("record-key:" + v["record_purpose"], "record:" + v["record_purpose"]), raw("sealed_record")
print(open_data(tenant, record[1:90], record[90:], purposes, v["record_id"], 0))
mac_key = HKDF(hashes.SHA256(), 32, None, place("mac:" + v["mac_purpose"], v["tenant"], "", 0, raw("tenant_key_id_bytes"))).derive(tenant)
print(hmac.digest(mac_key, raw("mac_message"), "sha256").hex())
