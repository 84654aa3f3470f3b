package ai.scailabs.vault.persistence.jdbc;

/** The roles of {@code db/roles.sql}. */
public enum DatabaseRole {
    /** Owns the schema; used by migrations only. */
    OWNER("scaivault_owner"),
    /** What requests run as: bound to one tenant at a time. */
    APP("scaivault_app"),
    /** Jobs across tenants. */
    WORKER("scaivault_worker"),
    /** May append audit rows of any tenant, and nothing else. */
    AUDIT("scaivault_audit");

    private final String sqlName;

    DatabaseRole(String sqlName) {
        this.sqlName = sqlName;
    }

    public String sqlName() {
        return sqlName;
    }
}
