/** The DNS providers of a tenant over HTTP. Credentials come in as bytes and never go out. Start with {@link ai.scailabs.vault.api.dns.DnsProviderController}. */
@NullMarked
package ai.scailabs.vault.api.dns;

import org.jspecify.annotations.NullMarked;
