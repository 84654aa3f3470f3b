package ai.scailabs.vault.pki.acme;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is done next of an order. Each is one conversation with the directory or the tenant's DNS, and then one transaction. */
enum Stage {
    /** The directory is to be told. */
    NEW,
    /** What it wants proved is to be asked. */
    AUTHORIZE,
    /** Records are to be added to DNS. */
    PLACE,
    /** They are not seen everywhere yet. */
    PROPAGATE,
    /** The directory is to look. */
    TRIGGER,
    /** It is looking. */
    VALIDATE,
    /** It is to be sent the key. */
    FINALIZE,
    /** It makes the certificate. */
    COLLECT,
    /** What was placed for it is to be removed. */
    CLEAN,
    DONE;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    String wireName() {
        return wireName;
    }

    static Optional<Stage> parse(String text) {
        return Arrays.stream(values())
                .filter(each -> each.wireName.equals(text))
                .findFirst();
    }
}
