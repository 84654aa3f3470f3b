package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.Set;

/** Whom bindings may name: an identity and the groups it is in. */
record Subject(IdentityId identity, Set<IdentityId> groups) {

    static Subject of(Actor actor) {
        return new Subject(actor.identity(), actor.groups());
    }
}
