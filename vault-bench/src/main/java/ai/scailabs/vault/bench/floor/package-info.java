/**
 * What the database alone takes for the least that a read and a change need. It never goes through the server. Start with {@link
 * ai.scailabs.vault.bench.floor.DatabaseFloor}.
 */
@NullMarked
package ai.scailabs.vault.bench.floor;

import org.jspecify.annotations.NullMarked;
