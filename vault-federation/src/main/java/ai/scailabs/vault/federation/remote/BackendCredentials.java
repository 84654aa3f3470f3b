package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The members of the secret that says as whom a vault is asked. Values print as {@code [redacted]} and are wiped on {@link #close()}; what a vendor's library made of them is not ours to wipe. */
public final class BackendCredentials implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Map<String, SensitiveBytes> members;

    private BackendCredentials(Map<String, SensitiveBytes> members) {
        this.members = members;
    }

    /**
     * @param data the secret's {@code data}; stays the caller's
     * @throws RemoteException {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    public static BackendCredentials of(byte[] data) throws RemoteException {
        try {
            if (!(JSON.readTree(data) instanceof ObjectNode object)) {
                throw unusable("it is not an object");
            }
            Map<String, SensitiveBytes> members = new HashMap<>();
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                JsonNode value = member.getValue();
                String text = value.isString() ? value.stringValue() : value.toString();
                members.put(member.getKey(), SensitiveBytes.owning(text.getBytes(StandardCharsets.UTF_8)));
            }
            return new BackendCredentials(members);
        } catch (JacksonException malformed) {
            throw unusable("it is not JSON");
        }
    }

    /** Of a text, or of what JSON calls otherwise as it is written there. Empty when there is no such member, or an empty one. */
    public Optional<String> find(String member) {
        return Optional.ofNullable(members.get(member))
                .map(value -> new String(value.expose(), StandardCharsets.UTF_8))
                .filter(text -> !text.isEmpty());
    }

    /** @throws RemoteException {@link RemoteFailure#CREDENTIALS_UNUSABLE} */
    public String require(String member) throws RemoteException {
        return find(member).orElseThrow(() -> unusable("it lacks the member " + member));
    }

    /** @param problem what is wrong with the secret, without anything of it */
    public static RemoteException unusable(String problem) {
        return new RemoteException(
                RemoteFailure.CREDENTIALS_UNUSABLE, "the secret with the credentials cannot be used: " + problem);
    }

    @Override
    public void close() {
        members.values().forEach(SensitiveBytes::close);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
