package ai.scailabs.vault.credentials.recipe;

import ai.scailabs.vault.secrets.secret.SecretType;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a secret policy is for, to people and their tools; it restricts no field. */
public enum PolicyType {
    PASSWORD(null),
    API_KEY(SecretType.API_KEY),
    OAUTH_CLIENT(null),
    SSH_KEY(SecretType.SSH_KEY),
    CUSTOM(null);

    private final @Nullable SecretType secretType;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    PolicyType(@Nullable SecretType secretType) {
        this.secretType = secretType;
    }

    /** Of a secret that is made by it; absent where the value says it. */
    @Nullable
    SecretType secretType() {
        return secretType;
    }

    public String wireName() {
        return wireName;
    }

    static Optional<PolicyType> parse(String text) {
        for (PolicyType type : values()) {
            if (type.wireName.equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
