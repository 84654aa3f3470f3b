/** Accounts of PostgreSQL, MySQL and MariaDB, Redis and MongoDB, as credentials with a lease. */
@NullMarked
package ai.scailabs.vault.credentials.dynamic.database;

import org.jspecify.annotations.NullMarked;
