/**
 * Trees of hashes as RFC 9162 describes them (section 2.1), with SHA-256 and the prefixes of RFC 6962: they grow at their right end, and prove in a few hashes that an entry lies in them, or that one is
 * the beginning of another. Never touches a database, a key or an entry's content. Start with {@link ai.scailabs.vault.audit.merkle.TreeProofs}.
 */
@NullMarked
package ai.scailabs.vault.audit.merkle;

import org.jspecify.annotations.NullMarked;
