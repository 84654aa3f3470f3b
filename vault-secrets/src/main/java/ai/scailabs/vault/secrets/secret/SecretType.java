package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Locale;
import java.util.Map;

/** A hint for whoever shows or uses a secret; it changes nothing about how it is stored. */
public enum SecretType {
    KV,
    JSON,
    CERTIFICATE,
    SSH_KEY,
    API_KEY;

    private static final SecretType[] ALL = values();

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As the API and the database write it, for example {@code ssh_key}. */
    public String wireName() {
        return wireName;
    }

    /** @throws VaultException {@code invalid_secret_type} */
    public static SecretType parse(String text) {
        for (SecretType type : ALL) {
            if (type.wireName.equals(text)) {
                return type;
            }
        }
        throw new VaultException(
                ErrorCode.INVALID_SECRET_TYPE,
                "secret_type is none of kv, json, certificate, ssh_key, api_key",
                Map.of("field", "secret_type"));
    }
}
