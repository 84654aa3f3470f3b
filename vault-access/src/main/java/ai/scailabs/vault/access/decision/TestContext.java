package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.IpAddress;
import ai.scailabs.vault.kernel.path.PathGlob;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances that a dry run assumes.
 *
 * @param sourceIp an IPv4 or IPv6 address, never a name; absent means an address that is not known
 * @param mfaVerified whether a second factor was shown at that time; absent means that none was
 * @param timestamp absent means the present; bindings that have lapsed by then grant nothing
 * @param paths to which the token is narrowed; absent means that it is not
 */
public record TestContext(
        @Nullable String sourceIp,
        @Nullable Boolean mfaVerified,
        @Nullable Instant timestamp,
        @Nullable List<PathGlob> paths) {
    public static final TestContext NOW = new TestContext(null, null, null);

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** With a token that is not narrowed. */
    public TestContext(@Nullable String sourceIp, @Nullable Boolean mfaVerified, @Nullable Instant timestamp) {
        this(sourceIp, mfaVerified, timestamp, null);
    }

    /** @throws VaultException {@code validation_error} */
    public TestContext {
        if (sourceIp != null && IpAddress.parse(sourceIp).isEmpty()) {
            throw VaultException.invalidField("context.source_ip", "must be an IPv4 or IPv6 address");
        }
        if (timestamp != null && (timestamp.isBefore(Instant.EPOCH) || timestamp.isAfter(LATEST))) {
            throw VaultException.invalidField("context.timestamp", "must be between 1970 and 9999");
        }
    }

    /** A second factor that is assumed is as fresh as can be. */
    Circumstances at(Instant now) {
        Instant then = timestamp == null ? now : timestamp;
        return new Circumstances(then.toEpochMilli(), sourceIp, Boolean.TRUE.equals(mfaVerified) ? then : null);
    }
}
