/**
 * Turns what the audit log tells into events for those who want to know, once each and in order for each tenant. It knows names of actions and what entries bear, never a domain. Start with {@link
 * ai.scailabs.vault.events.outbox.Outbox}.
 */
@NullMarked
package ai.scailabs.vault.events.outbox;

import org.jspecify.annotations.NullMarked;
