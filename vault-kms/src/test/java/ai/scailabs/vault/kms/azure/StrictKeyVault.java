package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.kms.call.TlsPeer.Request;
import ai.scailabs.vault.kms.call.TlsPeer.Response;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys of a Key Vault or Managed HSM as its REST reference publishes them: versions and states, wrapkey, unwrapkey, sign, encrypt, decrypt and get, the challenge before the first token,
 * and errors with their codes. What is not exactly as published is refused with a status that nothing published has.
 */
final class StrictKeyVault {
    private static final Pattern PATH =
            Pattern.compile("/keys/(?<name>[A-Za-z0-9-]+)(?:/(?<version>[0-9a-f]{32})?(?:/(?<operation>[a-z]+))?)?");
    /** Those that Microsoft lists for the data plane. */
    private static final Set<String> API_VERSIONS = Set.of("7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01");

    private final String url;
    private final String resource;
    private final Set<String> tokens;
    private final Map<String, List<VaultKey>> keys = new ConcurrentHashMap<>();
    private final List<String> operations = new ArrayList<>();
    private volatile String tenant = FakeEntra.TENANT;
    private volatile String resourceInstead = "";
    private volatile String namesInstead = "";

    /** @param tokens that count at this moment */
    StrictKeyVault(String url, String resource, Set<String> tokens) {
        this.url = url;
        this.resource = resource;
        this.tokens = tokens;
    }

    /** A key with one version. */
    AzureKeyUrl createKey(String name, String type) {
        keys.put(name, new ArrayList<>());
        rotate(name, type);
        return AzureKeyUrl.parse(url + "/keys/" + name).orElseThrow();
    }

    /** Makes a version, which is the current one from now on. */
    synchronized String rotate(String name, String type) {
        VaultKey key = VaultKey.generate(type);
        keys.get(name).add(key);
        return key.version();
    }

    synchronized void enable(String name, int version, boolean enabled) {
        keys.get(name).get(version - 1).enable(enabled);
    }

    synchronized VaultKey key(String name, int version) {
        return keys.get(name).get(version - 1);
    }

    /** What was asked, as {@code wrapkey root/1}; then forgotten. */
    synchronized List<String> operations() {
        List<String> asked = List.copyOf(operations);
        operations.clear();
        return asked;
    }

    void challengesWith(String tenant, String resourceInstead) {
        this.tenant = tenant;
        this.resourceInstead = resourceInstead;
    }

    void namesInstead(String kid) {
        namesInstead = kid;
    }

    synchronized Response handle(Request request) {
        if (request.authorization() == null
                || !request.authorization().startsWith("Bearer ")
                || !tokens.contains(request.authorization().substring("Bearer ".length()))) {
            return challenge(request);
        }
        Matcher path = PATH.matcher(request.path());
        String api = request.query() == null ? "" : request.query().replaceFirst("^api-version=", "");
        if (!path.matches() || !API_VERSIONS.contains(api)) {
            return unpublished(request.method() + " " + request.path() + "?" + request.query());
        }
        List<VaultKey> versions = keys.get(path.group("name"));
        VaultKey key = versions == null ? null : version(versions, path.group("version"));
        if (key == null) {
            return error(404, "KeyNotFound", null);
        }
        String operation = path.group("operation");
        operations.add(
                (operation == null ? "get" : operation) + " " + path.group("name") + "/" + (versions.indexOf(key) + 1));
        try {
            String kid = url + "/keys/" + path.group("name") + "/" + key.version();
            if (operation == null) {
                return request.method().equals("GET") ? described(kid, key) : unpublished(request.method());
            }
            if (!request.method().equals("POST") || !"application/json".equals(request.contentType())) {
                return unpublished(request.method() + " " + request.contentType());
            }
            if (!key.allows(operation)) {
                return error(403, "Forbidden", "KeyOperationForbidden");
            }
            if (!key.isEnabled()) {
                return error(403, "Forbidden", "KeyDisabled");
            }
            Map<String, Object> result = operated(key, operation, JSONObjectUtils.parse(request.body()));
            result.put("kid", namesInstead.isEmpty() ? kid : namesInstead);
            return new Response(200, Map.of(), JSONObjectUtils.toJSONString(result));
        } catch (VaultKey.NotPublished | ParseException e) {
            return unpublished(e.toString());
        } catch (GeneralSecurityException refused) {
            return error(400, "BadParameter", null);
        }
    }

    /** Before it knows the caller it must not be sent anything. */
    private Response challenge(Request request) {
        if (request.authorization() == null && !request.body().isEmpty()) {
            return unpublished("a body without a token");
        }
        String asked = resourceInstead.isEmpty() ? resource : resourceInstead;
        return new Response(
                401,
                Map.of(
                        "WWW-Authenticate",
                        "Bearer authorization=\"https://login.microsoftonline.com/" + tenant + "\", resource=\"" + asked
                                + "\""),
                "{\"error\":{\"code\":\"Unauthorized\",\"message\":\"AKV10000\"}}");
    }

    private static VaultKey version(List<VaultKey> versions, String version) {
        return version == null
                ? versions.getLast()
                : versions.stream()
                        .filter(key -> key.version().equals(version))
                        .findFirst()
                        .orElse(null);
    }

    private static Response described(String kid, VaultKey key) {
        Map<String, Object> jwk = new HashMap<>(key.publicJwk());
        jwk.put("kid", kid);
        return new Response(
                200,
                Map.of(),
                JSONObjectUtils.toJSONString(Map.of(
                        "key",
                        jwk,
                        "attributes",
                        Map.of(
                                "enabled",
                                key.isEnabled(),
                                "created",
                                1_750_000_000L,
                                "updated",
                                1_750_000_000L,
                                "recoveryLevel",
                                "Recoverable"))));
    }

    private static Map<String, Object> operated(VaultKey key, String operation, Map<String, Object> body)
            throws GeneralSecurityException {
        Map<String, Object> result = new HashMap<>();
        key.operate(operation, new Parameters(body), result);
        return result;
    }

    static Response error(int status, String code, String inner) {
        Map<String, Object> error = new HashMap<>(Map.of("code", code, "message", "not for callers"));
        if (inner != null) {
            error.put("innererror", Map.of("code", inner));
        }
        return new Response(status, Map.of(), JSONObjectUtils.toJSONString(Map.of("error", error)));
    }

    private static Response unpublished(String what) {
        return new Response(418, Map.of(), "\"" + what + " is not as published\"");
    }

    static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The body of an operation: each member may be asked for, and all must have been. */
    record Parameters(Map<String, Object> members) {
        void areOnly(Set<String> names, String algorithm) {
            if (!members.keySet().equals(names) || !algorithm.equals(members.get("alg"))) {
                throw new VaultKey.NotPublished(members.keySet() + " by " + members.get("alg"));
            }
        }

        byte[] bytes(String name) {
            return Base64.getUrlDecoder().decode(String.valueOf(members.get(name)));
        }
    }
}
