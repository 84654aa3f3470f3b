package ai.scailabs.vault.tenancy.erasure;

import java.util.Locale;

/** How far an erasure is; the API writes it in lower case. */
public enum ErasureStatus {
    /** It was asked for, and waits to be confirmed when its time has come. */
    SCHEDULED,
    CANCELLED,
    /** It is being carried out, and nobody can call it back. */
    CONFIRMED,
    COMPLETED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
