package ai.scailabs.vault.identity.sync;

/** Which list is read next. */
enum SyncStep {
    /** The partner or the tenant itself. */
    START,
    TENANTS,
    USERS,
    GROUPS,
    MEMBERS,
    DONE
}
