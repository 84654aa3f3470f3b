/**
 * Questions to name servers: what a name is an alias of, and whether a zone's servers show a value. Remembers no answer, and asks no address that is not permitted. Start with
 * {@link ai.scailabs.vault.pki.dns.lookup.NameServers}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.lookup;

import org.jspecify.annotations.NullMarked;
