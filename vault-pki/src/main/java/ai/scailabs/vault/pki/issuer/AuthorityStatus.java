package ai.scailabs.vault.pki.issuer;

import java.util.Locale;

/** Whether an authority signs. */
public enum AuthorityStatus {
    /** Not yet: its certificate is made elsewhere, and has not come. */
    PENDING,
    ACTIVE,
    /** Until it is enabled again. What it has signed stays valid. */
    DISABLED,
    /** Not here: its keys have left, and whoever has them signs elsewhere. What it has signed stays valid. */
    OFFLINE,
    /** Never again. */
    REVOKED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As the API and the database write it. */
    public String wireName() {
        return wireName;
    }

    static AuthorityStatus parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
