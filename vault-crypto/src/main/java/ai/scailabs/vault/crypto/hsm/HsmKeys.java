package ai.scailabs.vault.crypto.hsm;

import java.security.PublicKey;

/**
 * Private keys in a hardware module: made there, used there to sign, destroyed there, and never outside. Thread-safe.
 *
 * <p>When the module does not answer in time, or cannot be used, a call ends with {@code hsm_unavailable}; when it answers and has no such key, with {@code integrity_failure}.
 */
public interface HsmKeys {
    /** A new key of that name, which signs and does nothing else; one that bore the name before is gone. Takes up to a minute for RSA. */
    PublicKey make(HsmKeyKind kind, HsmKeyName name);

    /**
     * A signature by the key of that name and kind.
     *
     * @param octets what the scheme is over
     */
    byte[] sign(HsmKeyKind kind, HsmKeyName name, HsmScheme scheme, byte[] octets);

    /** Destroys the key of that name, whatever its kind. False when there is certainly none. */
    boolean destroy(HsmKeyName name);

    /** Does nothing but ask the module whether it is there. */
    void probe();
}
