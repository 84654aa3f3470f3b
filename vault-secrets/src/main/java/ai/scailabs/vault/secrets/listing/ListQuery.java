package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.SecretType;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which secrets to list. All conditions hold together.
 *
 * @param prefix {@code app/db} means the secret {@code app/db} and everything below {@code app/db/}; {@code app/db/} only what is below; empty means everything.
 *     {@code app/d} does not mean {@code app/db}
 * @param recursive false for one level, whose deeper levels are shown as folders
 * @param tag one of the secret's tags, exactly
 * @param owner the owner in the secret's metadata, exactly
 * @param expiringWithin secrets that expire until then, already expired ones included
 * @param q a part of the path or of the description, in any case
 * @param limit of secrets and folders together; 1 to 1000
 * @param after {@link ListPage#nextAfter()} of the page before
 */
public record ListQuery(
        String prefix,
        boolean recursive,
        @Nullable String tag,
        @Nullable SecretType secretType,
        @Nullable String owner,
        @Nullable Duration expiringWithin,
        boolean includeDeleted,
        @Nullable String q,
        int limit,
        @Nullable String after) {
    public static final int DEFAULT_LIMIT = 100;
    public static final int MAX_LIMIT = 1_000;
    private static final int LONGEST_TEXT = 256;

    public ListQuery {
        if (!isPrefix(prefix)) {
            throw new VaultException(
                    ErrorCode.INVALID_PATH, "The prefix is not the beginning of a path", Map.of("field", "prefix"));
        }
        requireText("tag", tag);
        requireText("owner", owner);
        requireText("q", q);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw VaultException.invalidField("limit", "is not between 1 and " + MAX_LIMIT);
        }
        if (after != null && (after.isEmpty() || !isPrefix(after))) {
            throw new VaultException(ErrorCode.INVALID_CURSOR, "The cursor is not from a page of this list");
        }
    }

    /** Everything below the prefix, whatever it is. */
    public static ListQuery below(String prefix, int limit) {
        return new ListQuery(prefix, true, null, null, null, null, false, null, limit, null);
    }

    private static boolean isPrefix(String text) {
        return text.isEmpty() || SecretPath.isLegal(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    private static void requireText(String field, @Nullable String text) {
        if (text == null) {
            return;
        }
        if (text.isEmpty() || text.length() > LONGEST_TEXT) {
            throw VaultException.invalidField(field, "is empty or longer than " + LONGEST_TEXT + " characters");
        }
        if (text.indexOf(0) >= 0) {
            throw VaultException.invalidField(field, "has a character that no secret has");
        }
    }
}
