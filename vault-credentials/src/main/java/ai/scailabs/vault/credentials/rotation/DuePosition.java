package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Where a page of what is due ended. */
public record DuePosition(Instant dueAt, String path) {
    static final DuePosition START = new DuePosition(Instant.EPOCH, "");

    public static DuePosition of(DueSecret last) {
        return new DuePosition(last.dueAt(), last.path().value());
    }

    /** To be kept in a cursor. */
    public String encoded() {
        return dueAt + " " + path;
    }

    /** The reverse of {@link #encoded()}; empty for any other text. */
    public static Optional<DuePosition> parse(String text) {
        int space = text.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DuePosition(
                    Instant.parse(text.substring(0, space)), new SecretPath(text.substring(space + 1)).value()));
        } catch (DateTimeException | VaultException other) {
            return Optional.empty();
        }
    }
}
