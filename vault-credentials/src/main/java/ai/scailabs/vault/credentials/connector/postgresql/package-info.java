/**
 * Roles of PostgreSQL, by its JDBC driver, which connects where it is told and sees no option of a tenant. Passwords leave as SCRAM verifiers where they can. Start with
 * {@link ai.scailabs.vault.credentials.connector.postgresql.PostgresTarget}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector.postgresql;

import org.jspecify.annotations.NullMarked;
