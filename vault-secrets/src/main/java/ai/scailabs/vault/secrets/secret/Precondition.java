package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.VaultException;

/** What must hold of the secret at the moment of the change, or the change ends with {@code version_conflict}. */
public sealed interface Precondition {
    Precondition ANY = new Any();
    Precondition MUST_NOT_EXIST = new MustNotExist();

    record Any() implements Precondition {}

    record MustNotExist() implements Precondition {}

    /** @param version the current one, from 1 */
    record VersionIs(int version) implements Precondition {
        public VersionIs {
            if (version < 1) {
                throw VaultException.invalidField("cas", "is not a version");
            }
        }
    }

    /** As {@code options.cas} says it: 0 for a secret that must not exist. */
    static Precondition versionIs(int version) {
        return version == 0 ? MUST_NOT_EXIST : new VersionIs(version);
    }

    /** @param currentVersion 0 when there is no secret */
    default boolean holdsFor(int currentVersion) {
        return switch (this) {
            case Any() -> true;
            case MustNotExist() -> currentVersion == 0;
            case VersionIs(int version) -> currentVersion == version;
        };
    }
}
