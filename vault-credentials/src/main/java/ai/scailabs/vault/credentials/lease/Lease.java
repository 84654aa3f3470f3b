package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.dynamic.DynamicNames;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A credential that was made for somebody, without what is secret of it.
 *
 * @param engine by which it was made; there may be none of that name any more when it has ended
 * @param account at the target
 * @param recipe what its credential is taken away by
 * @param holder for whom it was made
 * @param reason why it ends; absent while it lives
 * @param latestAt beyond which it is not renewed
 * @param endingAt since when it is to end
 * @param attempts to take it away, that failed
 * @param readAt when this was read, by the database's clock
 */
public record Lease(
        TenantId tenant,
        UUID id,
        UUID engineId,
        String engine,
        UUID roleId,
        String role,
        Account account,
        RoleRecipe recipe,
        IdentityId holder,
        LeaseState state,
        @Nullable String reason,
        boolean renewable,
        Instant issuedAt,
        Instant expiresAt,
        Instant latestAt,
        @Nullable Instant endingAt,
        @Nullable Instant endedAt,
        int attempts,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        Instant readAt) {
    static final String NOT_COMPLETED = "not_completed";

    private static final String PREFIX = "lease_";

    /** Its id as the API writes it. */
    public String text() {
        return text(id);
    }

    /** An id as the API writes it. */
    public static String text(UUID id) {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    /** At which policies speak of its role. */
    public SecretPath path() {
        return DynamicNames.ofRole(engine, role);
    }

    /** Until it expires; 0 when it has ended. */
    public Duration left() {
        Duration left = Duration.between(readAt, expiresAt);
        return state.hasEnded() || left.isNegative() ? Duration.ZERO : left;
    }

    /** What is told whoever makes its credential, or takes it away. */
    LeasedAccount leased() {
        return new LeasedAccount(text(), account, recipe, issuedAt, expiresAt, latestAt);
    }

    /** Whether nobody was ever given what may be at the target. */
    boolean wasNeverGiven() {
        return NOT_COMPLETED.equals(reason);
    }

    @Override
    public String toString() {
        return "Lease[" + text() + " of " + tenant + ", " + state.wireName() + "]";
    }
}
