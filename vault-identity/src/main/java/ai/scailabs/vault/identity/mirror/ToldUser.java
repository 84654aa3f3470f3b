package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.UserId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What ScaiKey says of a person; what is absent it did not say. */
public record ToldUser(
        UserId id,
        @Nullable String email,
        @Nullable String displayName,
        @Nullable IdentityStatus status,
        @Nullable Boolean mfaEnabled,
        @Nullable List<String> roles) {

    /** Nothing but the status. */
    public static ToldUser of(UserId id, IdentityStatus status) {
        return new ToldUser(id, null, null, status, null, null);
    }
}
