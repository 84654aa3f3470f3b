package ai.scailabs.vault.tenancy.erasure;

import java.util.Locale;

/** Whose keys end; the API and the table write it in lower case. */
public enum ErasureLevel {
    /** Those of all tenants of a partner, of the space that it shares, and its own. */
    PARTNER,
    TENANT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    static ErasureLevel of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
