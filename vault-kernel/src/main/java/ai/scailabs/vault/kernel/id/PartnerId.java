package ai.scailabs.vault.kernel.id;

import java.util.Optional;
import java.util.regex.Pattern;

/** A partner, {@code ptn_…}: tenants belong to exactly one. */
public record PartnerId(String value) {
    private static final Pattern FORM = Pattern.compile("ptn_[A-Za-z0-9_-]{1,64}");

    public PartnerId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a partner id");
        }
    }

    /** Empty when the text is not a partner's id. */
    public static Optional<PartnerId> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new PartnerId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
