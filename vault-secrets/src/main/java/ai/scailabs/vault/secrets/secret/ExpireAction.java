package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Locale;

/** What becomes of reads once a secret has expired. */
public enum ExpireAction {
    /** It stays readable; the answer says that it is expired. */
    KEEP,
    /** Reads end with {@code secret_expired}. */
    DENY;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As the API and the database write it. */
    public String wireName() {
        return wireName;
    }

    /** @throws VaultException {@code validation_error} */
    public static ExpireAction parse(String text) {
        for (ExpireAction action : values()) {
            if (action.wireName.equals(text)) {
                return action;
            }
        }
        throw VaultException.invalidField("options.expire_action", "is neither keep nor deny");
    }
}
