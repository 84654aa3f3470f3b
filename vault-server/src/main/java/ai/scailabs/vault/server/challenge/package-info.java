/**
 * Ports of their own at which directories look whether a name is a tenant's. Serve nothing else, and take nothing from whoever connects but what it asks for. Start with {@link
 * ai.scailabs.vault.server.challenge.TlsChallengeListener}.
 */
@NullMarked
package ai.scailabs.vault.server.challenge;

import org.jspecify.annotations.NullMarked;
