package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.error.VaultException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances that a dry run assumes.
 *
 * @param sourceIp an IPv4 or IPv6 address; never a name
 * @param timestamp absent means the present; bindings that have lapsed by then grant nothing
 */
public record TestContext(
        @Nullable String sourceIp,
        @Nullable Boolean mfaVerified,
        @Nullable Instant timestamp) {
    public static final TestContext NOW = new TestContext(null, null, null);

    private static final Pattern DOTTED_QUAD = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** @throws VaultException {@code validation_error} */
    public TestContext {
        if (sourceIp != null && !isAddress(sourceIp)) {
            throw VaultException.invalidField("context.source_ip", "must be an IPv4 or IPv6 address");
        }
        if (timestamp != null && (timestamp.isBefore(Instant.EPOCH) || timestamp.isAfter(LATEST))) {
            throw VaultException.invalidField("context.timestamp", "must be between 1970 and 9999");
        }
    }

    /** The JDK alone would also take short forms of IPv4 and the zones of IPv6. */
    private static boolean isAddress(String text) {
        boolean usualForm = text.indexOf(':') >= 0
                ? text.indexOf('%') < 0
                : DOTTED_QUAD.matcher(text).matches();
        try {
            return usualForm && InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException notALiteral) {
            return false;
        }
    }
}
