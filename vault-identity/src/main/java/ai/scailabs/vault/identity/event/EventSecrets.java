package ai.scailabs.vault.identity.event;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What ScaiKey and the service share, for signatures: none, where events are not accepted; two while one takes the place of the other. Prints nothing.
 *
 * @param values at least 16 characters each
 */
public record EventSecrets(List<String> values) {
    public static final int MIN_LENGTH = 16;

    public EventSecrets {
        values = List.copyOf(values);
    }

    List<byte[]> bytes() {
        return values.stream()
                .map(value -> value.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public String toString() {
        return "EventSecrets[" + values.size() + "]";
    }
}
