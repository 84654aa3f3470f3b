package ai.scailabs.vault.federation.remote;

import java.util.Arrays;
import java.util.Optional;

/** Which kind of vault. */
public enum BackendType {
    HASHICORP_VAULT("hashicorp-vault"),
    AWS_SECRETS_MANAGER("aws-secrets-manager"),
    AZURE_KEY_VAULT("azure-key-vault"),
    GOOGLE_SECRET_MANAGER("google-secret-manager");

    private final String wireName;

    BackendType(String wireName) {
        this.wireName = wireName;
    }

    /** As the API and the database write it. */
    public String wireName() {
        return wireName;
    }

    public static Optional<BackendType> parse(String text) {
        return Arrays.stream(values())
                .filter(type -> type.wireName.equals(text))
                .findFirst();
    }

    /** For a refusal. */
    public static String names() {
        return String.join(
                ", ", Arrays.stream(values()).map(BackendType::wireName).toList());
    }
}
