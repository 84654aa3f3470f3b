package ai.scailabs.vault.identity.directory;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.Optional;
import java.util.regex.Pattern;

/** A person, as ScaiKey knows them: {@code usr_…}. */
public record UserId(String value) {
    private static final Pattern FORM = Pattern.compile("usr_[A-Za-z0-9_-]{1,64}");

    public UserId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a user's id");
        }
    }

    /** Empty when the text is not a user's id. */
    public static Optional<UserId> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new UserId(text)) : Optional.empty();
    }

    /** What a token without a proved e-mail address calls its bearer. */
    public IdentityId asIdentity() {
        return new IdentityId("user:" + value);
    }

    @Override
    public String toString() {
        return value;
    }
}
