/**
 * The endpoints about who is told of what happens: webhooks of the tenant, and subscriptions of whoever made them. Never shows what deliveries are signed with. Start with {@link
 * ai.scailabs.vault.api.events.WebhookController}.
 */
@NullMarked
package ai.scailabs.vault.api.events;

import org.jspecify.annotations.NullMarked;
