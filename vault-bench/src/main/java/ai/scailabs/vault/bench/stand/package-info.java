/**
 * What is measured: a durable PostgreSQL, an issuer, the packaged server as a process of its own, and the secrets in it. It never shortens the way that a secret takes in
 * production. Start with {@link ai.scailabs.vault.bench.stand.Stand}.
 */
@NullMarked
package ai.scailabs.vault.bench.stand;

import org.jspecify.annotations.NullMarked;
