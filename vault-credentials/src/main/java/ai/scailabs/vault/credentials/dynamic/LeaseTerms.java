package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long credentials live: durations as they were written.
 *
 * @param defaultTtl when nobody says
 * @param maxTtl from the beginning, however often it is renewed
 */
public record LeaseTerms(String defaultTtl, String maxTtl) {
    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final LeaseTerms USUAL = new LeaseTerms("1h", "24h");

    /** @throws VaultException {@code validation_error}, {@code invalid_duration} */
    static LeaseTerms of(@Nullable String defaultTtl, @Nullable String maxTtl) {
        if (defaultTtl == null && maxTtl == null) {
            return USUAL;
        }
        String most = maxTtl == null ? USUAL.maxTtl : maxTtl;
        LeaseTerms terms = new LeaseTerms(defaultTtl == null ? most : defaultTtl, most);
        bounded("max_ttl", terms.most());
        bounded("default_ttl", terms.usual());
        if (terms.usual().compareTo(terms.most()) > 0) {
            throw exceeded("default_ttl", terms.most());
        }
        return terms;
    }

    /** Those of a role, within these. @throws VaultException {@code ttl_exceeded} too */
    LeaseTerms narrowed(@Nullable String defaultTtl, @Nullable String maxTtl) {
        String most = maxTtl == null ? this.maxTtl : maxTtl;
        Duration longest = DurationText.parse("max_ttl", most);
        if (longest.compareTo(most()) > 0) {
            throw exceeded("max_ttl", most());
        }
        String usual = defaultTtl != null ? defaultTtl : usual().compareTo(longest) > 0 ? most : this.defaultTtl;
        return of(usual, most);
    }

    private static void bounded(String field, Duration duration) {
        if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
            throw VaultException.invalidField(field, "must be between 5s and 366d");
        }
    }

    /** What was asked for, or the usual. @throws VaultException {@code ttl_exceeded} */
    public Duration wanted(String field, @Nullable String text) {
        if (text == null) {
            return usual();
        }
        Duration wanted = DurationText.parse(field, text);
        if (wanted.compareTo(most()) > 0) {
            throw exceeded(field, most());
        }
        bounded(field, wanted);
        return wanted;
    }

    /** It is never shortened in silence. */
    public static VaultException exceeded(String field, Duration most) {
        String text = DurationText.format(most);
        return new VaultException(
                ErrorCode.TTL_EXCEEDED, field + " is longer than " + text, Map.of("field", field, "max_ttl", text));
    }

    public Duration usual() {
        return DurationText.parse("default_ttl", defaultTtl);
    }

    public Duration most() {
        return DurationText.parse("max_ttl", maxTtl);
    }
}
