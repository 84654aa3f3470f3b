/**
 * Webhooks of a tenant: who is told of what happens there, by which administrators decide. It never shows what they are signed with. Start with {@link
 * ai.scailabs.vault.events.webhook.WebhookService}.
 */
@NullMarked
package ai.scailabs.vault.events.webhook;

import org.jspecify.annotations.NullMarked;
