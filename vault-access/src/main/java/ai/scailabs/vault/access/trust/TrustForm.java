package ai.scailabs.vault.access.trust;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.IdentityType;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.time.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What callers may write into a trust. Who vouches for whom is {@link SourceForm}'s. */
final class TrustForm {
    static final Duration LONGEST_TTL = Duration.ofHours(1);

    private static final Duration SHORTEST_TTL = Duration.ofMinutes(1);
    private static final Pattern NAME = Pattern.compile("(?!trust_)[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern SCOPE = Pattern.compile("[a-z][a-z0-9_-]{0,31}(:[a-z][a-z0-9_-]{0,31})?");
    private static final int MAX_DESCRIPTION = 1024;
    private static final int MAX_SCOPES = 30;
    private static final int MAX_PATHS = 20;
    /** Of all patterns together: they stand in every token. */
    private static final int MAX_PATH_TEXT = 2_000;
    /** May change trusts: whoever has it could give itself more. */
    private static final String ADMIN = "admin";

    private TrustForm() {}

    /** @throws VaultException {@code validation_error} */
    static String name(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw VaultException.invalidField(
                    "name", "must be 1 to 63 of letters, digits, '.', '_' and '-', and not begin like an id");
        }
        return name;
    }

    /** @throws VaultException {@code validation_error} */
    static @Nullable String description(@Nullable String description) {
        boolean printable = description == null
                || (description.length() <= MAX_DESCRIPTION
                        && description.codePoints().noneMatch(TrustForm::isUnprintable));
        if (!printable) {
            throw VaultException.invalidField(
                    "description", "must be at most " + MAX_DESCRIPTION + " printable characters");
        }
        return description;
    }

    private static boolean isUnprintable(int codePoint) {
        int type = Character.getType(codePoint);
        return codePoint != '\n'
                && (type == Character.CONTROL
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR);
    }

    /** @throws VaultException {@code validation_error}, {@code invalid_glob}, {@code invalid_duration} */
    static TrustTerms terms(TrustDraft draft, SourceForm sources) {
        return new TrustTerms(
                sources.source(draft),
                identity(draft.identityId()),
                scopes(draft.scopes()),
                paths(draft.pathPatterns()),
                ttl(draft.ttl()));
    }

    private static IdentityId identity(@Nullable String text) {
        String problem = "must be a service account, sa:…";
        if (text == null) {
            throw VaultException.invalidField("identity_id", problem);
        }
        return IdentityId.parse(text)
                .filter(identity -> identity.type() == IdentityType.SERVICE_ACCOUNT)
                .orElseThrow(() -> VaultException.invalidField("identity_id", problem));
    }

    private static Set<String> scopes(@Nullable List<String> scopes) {
        if (scopes == null || scopes.isEmpty() || scopes.size() > MAX_SCOPES) {
            throw VaultException.invalidField("scopes", "must be 1 to " + MAX_SCOPES + " scopes");
        }
        Set<String> checked = new LinkedHashSet<>();
        for (String scope : scopes) {
            if (!SCOPE.matcher(scope).matches()) {
                throw VaultException.invalidField("scopes", "has an entry that is no scope");
            }
            if (scope.equals(ADMIN)) {
                throw VaultException.invalidField(
                        "scopes", "cannot have admin: it may change trusts, and so give itself more");
            }
            checked.add(scope);
        }
        return checked;
    }

    private static List<PathGlob> paths(@Nullable List<String> patterns) {
        if (patterns == null) {
            return List.of();
        }
        if (patterns.isEmpty() || patterns.size() > MAX_PATHS) {
            throw VaultException.invalidField(
                    "path_patterns", "must be 1 to " + MAX_PATHS + " patterns; leave it out for no narrowing");
        }
        List<PathGlob> globs = new ArrayList<>();
        int length = 0;
        for (String pattern : patterns) {
            length += pattern.length();
            globs.add(PathGlob.parse(pattern));
        }
        if (length > MAX_PATH_TEXT) {
            throw VaultException.invalidField(
                    "path_patterns", "must have at most " + MAX_PATH_TEXT + " characters together");
        }
        return globs;
    }

    private static Duration ttl(@Nullable String text) {
        Duration ttl = text == null ? LONGEST_TTL : DurationText.parse("ttl", text);
        if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
            throw VaultException.invalidField("ttl", "must be from 1m to 1h");
        }
        return ttl;
    }
}
