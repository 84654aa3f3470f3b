package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of one write. Clearing an option brings its default back; a cleared {@code expiresIn} is a secret that does not expire.
 *
 * <p>Construction refuses what no secret may have with {@code validation_error}.
 */
public record OptionsPatch(
        Change<Integer> maxVersions,
        Change<Duration> expiresIn,
        Change<ExpireAction> expireAction,
        Change<List<Duration>> notifyBefore) {
    public static final OptionsPatch NONE =
            new OptionsPatch(Change.keep(), Change.keep(), Change.keep(), Change.keep());
    private static final int MOST_THRESHOLDS = 10;

    public OptionsPatch {
        if (maxVersions instanceof Change.SetTo<Integer>(Integer wanted)
                && (wanted < 1 || wanted > SecretOptions.MOST_VERSIONS)) {
            throw VaultException.invalidField("options.max_versions", "is not between 1 and 1000");
        }
        if (notifyBefore instanceof Change.SetTo<List<Duration>>(List<Duration> wanted)
                && (wanted.size() > MOST_THRESHOLDS || new HashSet<>(wanted).size() < wanted.size())) {
            throw VaultException.invalidField("options.notify_before", "takes at most 10 different durations");
        }
    }

    SecretOptions applyTo(SecretOptions before) {
        return new SecretOptions(
                changed(maxVersions, before.maxVersions(), SecretOptions.DEFAULT_MAX_VERSIONS),
                changedExpiry(before.expiresIn()),
                changed(expireAction, before.expireAction(), ExpireAction.KEEP),
                changed(notifyBefore, before.notifyBefore(), SecretOptions.DEFAULT_NOTIFY_BEFORE));
    }

    private static <T> T changed(Change<T> change, T before, T fallback) {
        return switch (change) {
            case Change.Keep<T>() -> before;
            case Change.SetTo<T>(T value) -> value;
            case Change.Clear<T>() -> fallback;
        };
    }

    private @Nullable Duration changedExpiry(@Nullable Duration before) {
        return switch (expiresIn) {
            case Change.Keep<Duration>() -> before;
            case Change.SetTo<Duration>(Duration value) -> value;
            case Change.Clear<Duration>() -> null;
        };
    }
}
