package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.kernel.id.IdentityId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person, as all that was told makes them.
 *
 * @param identity as tokens call them; absent where no identity can be called after the e-mail address
 * @param knownAt ScaiKey's time of the last word on anything but the status
 * @param statusAt ScaiKey's time of the last word on the status
 */
record MirroredUser(
        UserId id,
        @Nullable String email,
        @Nullable IdentityId identity,
        @Nullable String displayName,
        IdentityStatus status,
        @Nullable Boolean mfaEnabled,
        List<String> roles,
        Instant knownAt,
        Instant statusAt) {

    /** Names are not kept of whom is gone. */
    MirroredUser {
        if (status.equals(IdentityStatus.DELETED)) {
            displayName = null;
        }
    }

    /** Somebody of whom nothing was known. What ScaiKey did not say of the status any later word may say. */
    static MirroredUser first(ToldUser told, Instant at) {
        return new MirroredUser(
                told.id(),
                told.email(),
                identityOf(told.email()),
                told.displayName(),
                told.status() == null ? IdentityStatus.ACTIVE : told.status(),
                told.mfaEnabled(),
                told.roles() == null ? List.of() : told.roles(),
                at,
                told.status() == null ? Instant.EPOCH : at);
    }

    /** The newer word counts, whichever came first; an older one fills in what nobody has said since. */
    MirroredUser with(ToldUser told, Instant at) {
        boolean newer = !at.isBefore(knownAt);
        boolean newerStatus = told.status() != null && !at.isBefore(statusAt);
        String newEmail = preferred(newer, told.email(), email);
        return new MirroredUser(
                id,
                newEmail,
                identityOf(newEmail),
                preferred(newer, told.displayName(), displayName),
                newerStatus && told.status() != null ? told.status() : status,
                preferred(newer, told.mfaEnabled(), mfaEnabled),
                newer && told.roles() != null ? told.roles() : roles,
                newer ? at : knownAt,
                newerStatus ? at : statusAt);
    }

    static <T> @Nullable T preferred(boolean newer, @Nullable T told, @Nullable T known) {
        if (told == null) {
            return known;
        }
        return newer || known == null ? told : known;
    }

    private static @Nullable IdentityId identityOf(@Nullable String email) {
        return email == null ? null : IdentityId.parse("user:" + email).orElse(null);
    }
}
