package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A partner, tenant or group, as all that was told makes it.
 *
 * @param more its slug, or a group's description
 * @param region of a partner only
 * @param knownAt ScaiKey's time of the last word on anything but the status
 * @param statusAt ScaiKey's time of the last word on the status
 */
record MirroredPlace(
        @Nullable String name,
        @Nullable String more,
        @Nullable String region,
        IdentityStatus status,
        Instant knownAt,
        Instant statusAt) {

    /** @param known what was known before; absent for nothing */
    static MirroredPlace merged(
            @Nullable MirroredPlace known,
            @Nullable String name,
            @Nullable String more,
            @Nullable String region,
            @Nullable IdentityStatus status,
            Instant at) {
        if (known == null) {
            return new MirroredPlace(
                    name,
                    more,
                    region,
                    status == null ? IdentityStatus.ACTIVE : status,
                    at,
                    status == null ? Instant.EPOCH : at);
        }
        boolean newer = !at.isBefore(known.knownAt());
        boolean newerStatus = status != null && !at.isBefore(known.statusAt());
        return new MirroredPlace(
                MirroredUser.preferred(newer, name, known.name()),
                MirroredUser.preferred(newer, more, known.more()),
                MirroredUser.preferred(newer, region, known.region()),
                newerStatus && status != null ? status : known.status(),
                newer ? at : known.knownAt(),
                newerStatus ? at : known.statusAt());
    }

    /** Whether it says what the other one says, but for the times. */
    boolean saysTheSameAs(@Nullable MirroredPlace other) {
        return other != null
                && java.util.Objects.equals(name, other.name)
                && java.util.Objects.equals(more, other.more)
                && java.util.Objects.equals(region, other.region)
                && status.equals(other.status);
    }
}
