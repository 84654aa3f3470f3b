/**
 * Real servers to test against: PostgreSQL and Redis as they ship, and an identity provider that speaks OpenID Connect over loopback. They never stand in for a
 * part of the product, and know no module of it. Start with {@link ai.scailabs.vault.testkit.TestPostgres} and {@link
 * ai.scailabs.vault.testkit.TestIssuer}.
 */
@NullMarked
package ai.scailabs.vault.testkit;

import org.jspecify.annotations.NullMarked;
