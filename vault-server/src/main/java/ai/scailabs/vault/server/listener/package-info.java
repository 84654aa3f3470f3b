/**
 * Ports for HTTP without TLS, beside the main one, within limits that the JDK does not set by itself. Decides nothing of what is answered there. Start with {@link
 * ai.scailabs.vault.server.listener.PlainHttp}.
 */
@NullMarked
package ai.scailabs.vault.server.listener;

import org.jspecify.annotations.NullMarked;
