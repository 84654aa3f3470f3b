package ai.scailabs.vault.identity.directory;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What ScaiKey says of a partner, tenant, person or group. Who is not {@code ACTIVE} is not let in, whatever the other word is: one that nobody here knows refuses.
 */
public record IdentityStatus(String value) {
    private static final Pattern FORM = Pattern.compile("[A-Z][A-Z_]{0,31}");

    public static final IdentityStatus ACTIVE = new IdentityStatus("ACTIVE");
    public static final IdentityStatus SUSPENDED = new IdentityStatus("SUSPENDED");
    /** Gone; its row stays, so that nothing older brings it back. */
    public static final IdentityStatus DELETED = new IdentityStatus("DELETED");

    public IdentityStatus {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a status");
        }
    }

    /** Empty when the text is not written like a status. */
    public static Optional<IdentityStatus> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new IdentityStatus(text)) : Optional.empty();
    }

    public boolean isActive() {
        return equals(ACTIVE);
    }

    @Override
    public String toString() {
        return value;
    }
}
