package ai.scailabs.vault.kernel.id;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who acts, as tokens, bindings, audit and events write it: {@code user:jo@example.test}, {@code sa:mailer}, {@code group:ops},
 * {@code system:rotation-scheduler}, {@code dynamic:orders-db} of an engine. Printable ASCII without spaces, compared byte by byte: there is one spelling of an identity.
 */
public record IdentityId(String value) {
    private static final Pattern FORM =
            Pattern.compile("(user|sa|group|system|dynamic):[A-Za-z0-9][A-Za-z0-9._@+-]{0,254}");

    public IdentityId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not an identity");
        }
    }

    /** Empty when the text is not an identity. */
    public static Optional<IdentityId> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new IdentityId(text)) : Optional.empty();
    }

    /** What kind of identity the prefix says it is. */
    public IdentityType type() {
        return switch (value.substring(0, value.indexOf(':'))) {
            case "user" -> IdentityType.USER;
            case "sa" -> IdentityType.SERVICE_ACCOUNT;
            case "group" -> IdentityType.GROUP;
            default -> IdentityType.SYSTEM;
        };
    }

    @Override
    public String toString() {
        return value;
    }
}
