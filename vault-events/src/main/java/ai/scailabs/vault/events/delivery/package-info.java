/**
 * Sends events to URLs: signed, in order for each target, at least once, and a target that is slow or away holds up no other. It connects to no address inside, and keeps no secret in memory longer than a turn. Start with {@link
 * ai.scailabs.vault.events.delivery.DeliveryTurn}.
 */
@NullMarked
package ai.scailabs.vault.events.delivery;

import org.jspecify.annotations.NullMarked;
