package ai.scailabs.vault.identity.event;

/** An event that was taken, and what became of it. */
public record TakenEvent(String eventId, EventResult result) {}
