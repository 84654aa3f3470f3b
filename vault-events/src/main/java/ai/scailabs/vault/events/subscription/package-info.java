/**
 * Subscriptions: what somebody wants to know of paths that they may read, sent to them or fetched by them. Whether they may is asked when it is delivered, and who may not is told nothing. Start with {@link
 * ai.scailabs.vault.events.subscription.SubscriptionService}.
 */
@NullMarked
package ai.scailabs.vault.events.subscription;

import org.jspecify.annotations.NullMarked;
