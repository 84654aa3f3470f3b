package ai.scailabs.vault.pki.serving;

import java.security.PrivateKey;
import java.util.List;

/**
 * What TLS is spoken by.
 *
 * @param chain its own certificate first; DER
 * @param key in the form of the runtime, which keeps it as long as it is used
 */
public record ServingKey(List<byte[]> chain, PrivateKey key) {
    public ServingKey {
        chain = List.copyOf(chain);
    }

    @Override
    public String toString() {
        return "ServingKey[" + chain.size() + " certificates]";
    }
}
