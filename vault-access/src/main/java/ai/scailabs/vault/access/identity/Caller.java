package ai.scailabs.vault.access.identity;

import org.jspecify.annotations.Nullable;

/**
 * An actor and the place from which it calls; for one request.
 *
 * @param address as text; absent when it is not known, and then no rule that names addresses is met
 */
public record Caller(Actor actor, @Nullable String address) {

    /** Somebody whose address nobody knows. */
    public static Caller fromSomewhere(Actor actor) {
        return new Caller(actor, null);
    }
}
