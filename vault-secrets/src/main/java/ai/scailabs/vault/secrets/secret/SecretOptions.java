package ai.scailabs.vault.secrets.secret;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sticks to a secret until it is changed.
 *
 * @param maxVersions older versions are removed by the write that exceeds it; 1 to 1000
 * @param expiresIn counted anew from each write; absent when the secret does not expire
 * @param notifyBefore how long before its expiry to warn
 */
public record SecretOptions(
        int maxVersions, @Nullable Duration expiresIn, ExpireAction expireAction, List<Duration> notifyBefore) {
    public static final int DEFAULT_MAX_VERSIONS = 10;
    public static final int MOST_VERSIONS = 1_000;
    public static final List<Duration> DEFAULT_NOTIFY_BEFORE =
            List.of(Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(1));
    public static final SecretOptions DEFAULT =
            new SecretOptions(DEFAULT_MAX_VERSIONS, null, ExpireAction.KEEP, DEFAULT_NOTIFY_BEFORE);

    public SecretOptions {
        notifyBefore = List.copyOf(notifyBefore);
    }
}
