package ai.scailabs.vault.kms.gcp;

import ai.scailabs.vault.kms.call.TlsPeer.Request;
import ai.scailabs.vault.kms.call.TlsPeer.Response;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Cloud KMS as its REST reference (v1, projects.locations.keyRings.cryptoKeys, encrypt and decrypt) publishes it: keys with versions and states, AES-256-GCM with additional authenticated
 * data, CRC32C both ways, errors as AIP-193 has them, bearer tokens. What is not exactly as published is refused with a status that nothing published has.
 */
final class StrictGcpKms {
    static final String KEY_RING = "projects/acme-vault/locations/europe-west3/keyRings/scaivault/cryptoKeys/";

    private static final int IV_BYTES = 12;
    private static final Pattern PATH = Pattern.compile("/v1/(" + KEY_RING + "[a-z-]+):(encrypt|decrypt)");
    private static final Set<String> ENCRYPT =
            Set.of("plaintext", "additionalAuthenticatedData", "plaintextCrc32c", "additionalAuthenticatedDataCrc32c");
    private static final Set<String> DECRYPT = Set.of(
            "ciphertext", "additionalAuthenticatedData", "ciphertextCrc32c", "additionalAuthenticatedDataCrc32c");

    private final Map<String, List<Version>> keys = new ConcurrentHashMap<>();
    private final Set<String> tokens;
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger damagedRequests = new AtomicInteger();
    private final AtomicInteger damagedAnswers = new AtomicInteger();
    private final AtomicInteger unseenChecksums = new AtomicInteger();
    private volatile String namesInstead = "";

    /** @param tokens that count at this moment */
    StrictGcpKms(Set<String> tokens) {
        this.tokens = tokens;
    }

    /** A key with one version. */
    String createKey(String id) {
        keys.put(KEY_RING + id, new ArrayList<>());
        rotate(KEY_RING + id);
        return KEY_RING + id;
    }

    /** Makes a version, which is the primary one from now on. */
    synchronized void rotate(String key) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        keys.get(key).add(new Version(bytes, "ENABLED"));
    }

    synchronized void state(String key, int version, String state) {
        List<Version> versions = keys.get(key);
        versions.set(version - 1, new Version(versions.get(version - 1).bytes(), state));
    }

    /** The next requests reach it with a bit flipped. */
    void damagesRequests(int count) {
        damagedRequests.set(count);
    }

    /** The next answers leave it with a bit flipped. */
    void damagesAnswers(int count) {
        damagedAnswers.set(count);
    }

    /** The next requests reach it without their checksums, as through something that drops what it does not know. */
    void overlooksChecksums(int count) {
        unseenChecksums.set(count);
    }

    void namesInstead(String version) {
        namesInstead = version;
    }

    Response handle(Request request) {
        if (request.authorization() == null
                || !request.authorization().startsWith("Bearer ")
                || !tokens.contains(request.authorization().substring("Bearer ".length()))) {
            return new Response(
                    401,
                    Map.of(
                            "WWW-Authenticate",
                            "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\""),
                    error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."));
        }
        Matcher path = PATH.matcher(request.path());
        if (!request.method().equals("POST")
                || !path.matches()
                || !"$alt=json;enum-encoding%3Dint".equals(request.query())
                || !"application/json; charset=utf-8".equalsIgnoreCase(request.contentType())) {
            return new Response(
                    418,
                    Map.of(),
                    request.method() + " " + request.path() + "?" + request.query() + " " + request.contentType()
                            + " is not as published");
        }
        try {
            Map<String, Object> body = JSONObjectUtils.parse(request.body());
            List<Version> versions = keys.get(path.group(1));
            boolean encrypts = path.group(2).equals("encrypt");
            if (!(encrypts ? ENCRYPT : DECRYPT).containsAll(body.keySet())) {
                return new Response(418, Map.of(), "not published: " + body.keySet());
            }
            if (versions == null) {
                return refusal(404, "NOT_FOUND", "CryptoKey " + path.group(1) + " not found.");
            }
            return encrypts ? encrypt(path.group(1), versions, body) : decrypt(versions, body);
        } catch (ParseException | GeneralSecurityException e) {
            return new Response(418, Map.of(), e.toString());
        }
    }

    private synchronized Response encrypt(String key, List<Version> versions, Map<String, Object> body)
            throws GeneralSecurityException {
        boolean seen = unseenChecksums.getAndUpdate(StrictGcpKms::less) == 0;
        byte[] plaintext = bytes(body, "plaintext");
        byte[] aad = bytes(body, "additionalAuthenticatedData");
        if (damagedRequests.getAndUpdate(StrictGcpKms::less) > 0) {
            plaintext[0] ^= 1;
        }
        if (seen && !matches(plaintext, body, "plaintextCrc32c")) {
            return checksum("plaintext");
        }
        if (seen && !matches(aad, body, "additionalAuthenticatedDataCrc32c")) {
            return checksum("additional_authenticated_data");
        }
        int primary = versions.size();
        Version version = versions.get(primary - 1);
        if (!version.state().equals("ENABLED")) {
            return notEnabled(key, primary, version);
        }
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(iv);
        Cipher cipher = cipher(Cipher.ENCRYPT_MODE, version, iv, aad);
        byte[] sealed = cipher.doFinal(plaintext);
        byte[] ciphertext = new byte[1 + IV_BYTES + sealed.length];
        ciphertext[0] = (byte) primary;
        System.arraycopy(iv, 0, ciphertext, 1, IV_BYTES);
        System.arraycopy(sealed, 0, ciphertext, 1 + IV_BYTES, sealed.length);
        String sum = sum(ciphertext);
        if (damagedAnswers.getAndUpdate(StrictGcpKms::less) > 0) {
            ciphertext[5] ^= 1;
        }
        String name = namesInstead.isEmpty() ? key + "/cryptoKeyVersions/" + primary : namesInstead;
        return new Response(
                200,
                Map.of(),
                JSONObjectUtils.toJSONString(Map.of(
                        "name", name,
                        "ciphertext", Base64.getEncoder().encodeToString(ciphertext),
                        "ciphertextCrc32c", sum,
                        "verifiedPlaintextCrc32c", seen,
                        "verifiedAdditionalAuthenticatedDataCrc32c", seen,
                        "protectionLevel", 2)));
    }

    private synchronized Response decrypt(List<Version> versions, Map<String, Object> body)
            throws GeneralSecurityException {
        byte[] ciphertext = bytes(body, "ciphertext");
        byte[] aad = bytes(body, "additionalAuthenticatedData");
        if (damagedRequests.getAndUpdate(StrictGcpKms::less) > 0) {
            ciphertext[7] ^= 1;
        }
        if (!matches(ciphertext, body, "ciphertextCrc32c")) {
            return checksum("ciphertext");
        }
        if (!matches(aad, body, "additionalAuthenticatedDataCrc32c")) {
            return checksum("additional_authenticated_data");
        }
        int number = ciphertext.length > 1 + IV_BYTES ? ciphertext[0] : 0;
        if (number < 1 || number > versions.size()) {
            return notDecrypted();
        }
        Version version = versions.get(number - 1);
        if (!version.state().equals("ENABLED")) {
            return notEnabled("", number, version);
        }
        byte[] plaintext;
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, version, Arrays.copyOfRange(ciphertext, 1, 1 + IV_BYTES), aad);
            plaintext = cipher.doFinal(ciphertext, 1 + IV_BYTES, ciphertext.length - 1 - IV_BYTES);
        } catch (AEADBadTagException wrong) {
            return notDecrypted();
        }
        String sum = sum(plaintext);
        if (damagedAnswers.getAndUpdate(StrictGcpKms::less) > 0) {
            plaintext[5] ^= 1;
        }
        return new Response(
                200,
                Map.of(),
                JSONObjectUtils.toJSONString(Map.of(
                        "plaintext",
                        Base64.getEncoder().encodeToString(plaintext),
                        "plaintextCrc32c",
                        sum,
                        "usedPrimary",
                        number == versions.size(),
                        "protectionLevel",
                        2)));
    }

    static String error(int code, String status, String message) {
        return JSONObjectUtils.toJSONString(
                Map.of("error", Map.of("code", code, "message", message, "status", status)));
    }

    private static Response refusal(int code, String status, String message) {
        return new Response(code, Map.of(), error(code, status, message));
    }

    private static Response checksum(String field) {
        return refusal(
                400,
                "INVALID_ARGUMENT",
                "The checksum in field " + field + "_crc32c did not match the data in field " + field + ".");
    }

    private static Response notDecrypted() {
        return refusal(
                400, "INVALID_ARGUMENT", "Decryption failed: verify that 'name' refers to the correct CryptoKey.");
    }

    private static Response notEnabled(String key, int number, Version version) {
        return refusal(
                400,
                "FAILED_PRECONDITION",
                key + "/cryptoKeyVersions/" + number + " is not enabled, current state is: " + version.state() + ".");
    }

    private static byte[] bytes(Map<String, Object> body, String field) {
        return Base64.getDecoder().decode(String.valueOf(body.getOrDefault(field, "")));
    }

    /** int64 is text in JSON. */
    private static boolean matches(byte[] bytes, Map<String, Object> body, String field) {
        return sum(bytes).equals(body.get(field));
    }

    private static String sum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return Long.toString(crc.getValue());
    }

    private static Cipher cipher(int mode, Version version, byte[] iv, byte[] aad) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(version.bytes(), "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(aad);
        return cipher;
    }

    private static int less(int count) {
        return Math.max(0, count - 1);
    }

    private record Version(byte[] bytes, String state) {}
}
