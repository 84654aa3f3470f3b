package ai.scailabs.vault.kms.gcp;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of one key, not of a version of it: {@code projects/…/locations/…/keyRings/…/cryptoKeys/…}.
 *
 * @param text the whole
 */
public record GcpKeyName(String text) {
    /** A project may belong to a domain ({@code example.com:my-project}). */
    private static final Pattern FORM = Pattern.compile("projects/(?:[a-z0-9.-]{1,100}:)?[a-z0-9-]{1,63}"
            + "/locations/[a-z0-9-]{1,63}/keyRings/[A-Za-z0-9_-]{1,63}/cryptoKeys/[A-Za-z0-9_-]{1,63}");

    private static final Pattern VERSION = Pattern.compile("/cryptoKeyVersions/[1-9][0-9]{0,17}");

    /** Empty when it is not the name of a key. */
    public static Optional<GcpKeyName> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new GcpKeyName(text)) : Optional.empty();
    }

    /** Whether that is the name of a version of this key. */
    boolean hasVersion(String name) {
        return name.startsWith(text)
                && VERSION.matcher(name.substring(text.length())).matches();
    }

    @Override
    public String toString() {
        return text;
    }
}
