/**
 * Has the port show a certificate that this installation renews itself. Never shows one that is revoked, over or another's, and never lets the port speak without TLS for the lack of it. Start with {@link
 * ai.scailabs.vault.server.tls.ManagedTls}.
 */
@NullMarked
package ai.scailabs.vault.server.tls;

import org.jspecify.annotations.NullMarked;
