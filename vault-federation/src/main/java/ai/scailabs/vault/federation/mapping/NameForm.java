package ai.scailabs.vault.federation.mapping;

import ai.scailabs.vault.federation.remote.BackendType;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What names may look like in a kind of vault. */
enum NameForm {
    /** Segments joined by slashes, the first of which lead to a mount. */
    HASHICORP("[A-Za-z0-9_.@+=,:~-]{1,255}(/[A-Za-z0-9_.@+=,:~-]{1,255}){1,31}", 1_024, true, false),
    AWS("/?[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*", 512, true, false),
    AZURE("[A-Za-z0-9-]+", 127, false, true),
    GOOGLE("[A-Za-z0-9_-]+", 255, false, false);

    private final Pattern form;
    private final int longest;
    private final boolean slashes;
    private final boolean caseless;

    NameForm(String form, int longest, boolean slashes, boolean caseless) {
        this.form = Pattern.compile(form);
        this.longest = longest;
        this.slashes = slashes;
        this.caseless = caseless;
    }

    static NameForm of(BackendType type) {
        return switch (type) {
            case HASHICORP_VAULT -> HASHICORP;
            case AWS_SECRETS_MANAGER -> AWS;
            case AZURE_KEY_VAULT -> AZURE;
            case GOOGLE_SECRET_MANAGER -> GOOGLE;
        };
    }

    boolean hasSlashes() {
        return slashes;
    }

    boolean isName(String name) {
        return name.length() <= longest && form.matcher(name).matches() && !hasDots(name);
    }

    /** Segments that mean another place. */
    private static boolean hasDots(String name) {
        for (String segment : name.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return true;
            }
        }
        return false;
    }

    /** What is wrong with what stands before a wildcard, or null. */
    @Nullable
    String problemOfPrefix(String prefix, boolean tree) {
        if (tree && !prefix.isEmpty() && !prefix.endsWith("/")) {
            return "has ** beside other characters of one segment";
        }
        if (this == HASHICORP && prefix.indexOf('/') < 1) {
            return "does not begin with a mount and a slash";
        }
        return isName(prefix + "x") ? null : "is no beginning of a name there";
    }

    /** So that names are equal exactly when they are the same there. */
    String folded(String text) {
        return caseless ? text.toLowerCase(Locale.ROOT) : text;
    }
}
