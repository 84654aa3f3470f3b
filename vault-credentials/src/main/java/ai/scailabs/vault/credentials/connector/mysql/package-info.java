/**
 * Users of MySQL and MariaDB, by MariaDB's JDBC driver, which connects where it is told and sees no option of a tenant. Tried against MariaDB. Start with
 * {@link ai.scailabs.vault.credentials.connector.mysql.MysqlTarget}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector.mysql;

import org.jspecify.annotations.NullMarked;
