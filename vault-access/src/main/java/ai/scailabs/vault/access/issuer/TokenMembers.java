package ai.scailabs.vault.access.issuer;

/** What the claims of our tokens are called, beside those that are registered. */
public final class TokenMembers {
    public static final String TENANT = "tenant_id";
    public static final String PARTNER = "partner_id";
    public static final String SCOPE = "scope";
    /** RFC 8693 §4.1: who acts. */
    public static final String ACTOR = "act";

    public static final String TRUST = "trust_id";
    public static final String TRUST_REVISION = "trust_revision";
    /** Absent when the token reaches whatever policies allow. */
    public static final String PATHS = "path_patterns";

    private TokenMembers() {}
}
