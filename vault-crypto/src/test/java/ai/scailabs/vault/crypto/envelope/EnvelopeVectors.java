package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.root.TestRootKey;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes the published vectors of format 1 from fixed inputs. {@code main} writes the file; that was done once, and {@link EnvelopeVectorsTest} holds the code to it ever
 * since.
 */
final class EnvelopeVectors {
    static final byte[] ROOT_KEY = HexFormat.of().parseHex("42".repeat(32));
    /** Format 0x10 and fingerprint of a local root key with these bytes. */
    static final byte[] ROOT_HEADER = HexFormat.of().parseHex("10b2a6075e1e2a848d");

    private EnvelopeVectors() {}

    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), make());
    }

    static String make() {
        SecureRandom random = new CountedRandom();
        TestRootKey root = new TestRootKey(ROOT_KEY, ROOT_HEADER, random);
        Ids ids = new Ids(Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC), random);
        EnvelopeCipher cipher = new EnvelopeCipher(root, ids, random);
        KeyChain chain = TestChains.of(cipher, "tnt_acme-prod", "ptn_acme");
        ValuePlace place = new ValuePlace(chain.tenant(), new SecretPath("environments/production/db"), 7);
        String plaintext = "{\"password\":\"correct horse battery staple\"}";
        SealedValue sealed = cipher.seal(chain, place, bytes(plaintext));
        String reply = "{\"status\":201}";
        byte[] row = cipher.sealRecord(chain, "idempotent-reply", "idem_01JGFJJZ00EXAMPLE", bytes(reply));
        byte[] message = "page 2".getBytes(StandardCharsets.UTF_8);

        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("root_key", hex(ROOT_KEY));
        fields.put("partner_id", chain.partnerId());
        fields.put("partner_key_id", chain.partnerKeyId().toString());
        fields.put("partner_key_id_bytes", hex(chain.partnerKeyId().bytes()));
        fields.put("wrapped_partner_key", hex(chain.wrappedPartnerKey()));
        fields.put("tenant", chain.tenant().value());
        fields.put("tenant_key_id", chain.tenantKeyId().toString());
        fields.put("tenant_key_id_bytes", hex(chain.tenantKeyId().bytes()));
        fields.put("wrapped_tenant_key", hex(chain.wrappedTenantKey()));
        fields.put("path", place.path().value());
        fields.put("version", Integer.toString(place.version()));
        fields.put("wrapped_data_key", hex(sealed.wrappedDataKey()));
        fields.put("ciphertext", hex(sealed.ciphertext()));
        fields.put("plaintext", plaintext.replace("\"", "\\\""));
        fields.put("record_purpose", "idempotent-reply");
        fields.put("record_id", "idem_01JGFJJZ00EXAMPLE");
        fields.put("sealed_record", hex(row));
        fields.put("record_plaintext", reply.replace("\"", "\\\""));
        fields.put("mac_purpose", "cursor");
        fields.put("mac_message", hex(message));
        fields.put("mac", hex(cipher.mac(chain, "cursor", message)));
        return fields.entrySet().stream()
                .map(field -> "  \"" + field.getKey() + "\": \"" + field.getValue() + "\"")
                .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static SensitiveBytes bytes(String text) {
        return SensitiveBytes.owning(text.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 of a counter: the same bytes in every run. */
    private static final class CountedRandom extends SecureRandom {
        private int counter;

        @Override
        public void nextBytes(byte[] bytes) {
            try {
                for (int at = 0; at < bytes.length; at += 32) {
                    byte[] block = MessageDigest.getInstance("SHA-256")
                            .digest(("envelope-v1 " + counter++).getBytes(StandardCharsets.US_ASCII));
                    System.arraycopy(block, 0, bytes, at, Math.min(32, bytes.length - at));
                }
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
