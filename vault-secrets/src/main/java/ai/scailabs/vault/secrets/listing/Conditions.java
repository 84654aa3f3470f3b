package ai.scailabs.vault.secrets.listing;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a query asks of each secret beside its path. */
record Conditions(
        boolean includeDeleted,
        String secretType,
        String owner,
        String tag,
        Instant expiringUntil,
        boolean expiring,
        String text) {

    static Conditions of(ListQuery query, Instant now) {
        boolean expiring = query.expiringWithin() != null;
        return new Conditions(
                query.includeDeleted(),
                query.secretType() == null ? "" : query.secretType().wireName(),
                orEmpty(query.owner()),
                orEmpty(query.tag()),
                query.expiringWithin() == null ? now : now.plus(query.expiringWithin()),
                expiring,
                orEmpty(query.q()).toLowerCase(Locale.ROOT));
    }

    /** Whether every secret that is not deleted meets them. */
    boolean areNone() {
        return secretType.isEmpty() && owner.isEmpty() && tag.isEmpty() && !expiring && text.isEmpty();
    }

    /** In the order of the statements' parameters. */
    List<Object> arguments() {
        return List.of(
                includeDeleted,
                secretType,
                secretType,
                owner,
                owner,
                tag,
                tag,
                expiringUntil,
                expiring,
                text,
                text,
                text);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
