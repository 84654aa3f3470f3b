/**
 * How the port speaks TLS: which versions and suites, with which certificate, and whose client certificates count. Knows nothing of requests. Start with {@link
 * ai.scailabs.vault.api.listener.TlsListener}.
 */
@NullMarked
package ai.scailabs.vault.api.listener;

import org.jspecify.annotations.NullMarked;
