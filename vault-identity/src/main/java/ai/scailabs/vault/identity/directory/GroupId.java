package ai.scailabs.vault.identity.directory;

import java.util.Optional;
import java.util.regex.Pattern;

/** A group, as ScaiKey knows it: {@code grp_…}. */
public record GroupId(String value) {
    private static final Pattern FORM = Pattern.compile("grp_[A-Za-z0-9_-]{1,64}");

    public GroupId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a group's id");
        }
    }

    /** Empty when the text is not a group's id. */
    public static Optional<GroupId> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new GroupId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
