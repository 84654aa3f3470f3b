package ai.scailabs.vault.federation.remote;

import java.util.Arrays;
import java.util.Optional;

/** Which kind of vault. */
public enum BackendType {
    HASHICORP_VAULT("hashicorp-vault", true),
    AWS_SECRETS_MANAGER("aws-secrets-manager", true),
    AZURE_KEY_VAULT("azure-key-vault", false),
    GOOGLE_SECRET_MANAGER("google-secret-manager", false);

    private final String wireName;
    private final boolean slashes;

    BackendType(String wireName, boolean slashes) {
        this.wireName = wireName;
        this.slashes = slashes;
    }

    /** As the API and the database write it. */
    public String wireName() {
        return wireName;
    }

    /** Whether names may have slashes there, and so stand for whole trees of ours. */
    public boolean hasSlashes() {
        return slashes;
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
