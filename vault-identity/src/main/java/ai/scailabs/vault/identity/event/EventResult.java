package ai.scailabs.vault.identity.event;

import java.util.Locale;

/** What became of an event that was ScaiKey's. */
public enum EventResult {
    /** Something is known now that was not. */
    APPLIED,
    /** Nothing new: it was known already, or something newer is. */
    UNCHANGED,
    /** Of a kind that means nothing here. */
    IGNORED,
    /** It names a tenant of another partner than the one that the tenant belongs to. */
    CONFLICT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
