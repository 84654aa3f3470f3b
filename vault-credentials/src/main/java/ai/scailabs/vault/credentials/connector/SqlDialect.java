package ai.scailabs.vault.credentials.connector;

/** Whose rules say where a text begins and ends. */
public enum SqlDialect {
    POSTGRESQL,
    /** MySQL and MariaDB. */
    MYSQL
}
