/**
 * A PostgreSQL of the newcomer's own: unpacked from the class path, made durable, open only to passwords and only on loopback. It never holds anything
 * but one development server's database. Start with {@link ai.scailabs.vault.dev.database.PostgresServer}.
 */
@NullMarked
package ai.scailabs.vault.dev.database;

import org.jspecify.annotations.NullMarked;
