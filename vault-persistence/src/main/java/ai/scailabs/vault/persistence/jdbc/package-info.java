/**
 * Connections, pools and the schema's history. Never a statement of a capability. Start with {@link
 * ai.scailabs.vault.persistence.jdbc.DatabaseLogin}.
 */
@NullMarked
package ai.scailabs.vault.persistence.jdbc;

import org.jspecify.annotations.NullMarked;
