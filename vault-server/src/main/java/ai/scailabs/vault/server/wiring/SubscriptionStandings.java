package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.events.delivery.Standings;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.function.Predicate;

/** What the owner of a subscription may read now: nothing once a token of theirs from back then would be refused. */
record SubscriptionStandings(AccessControl access, RevocationList revocations) implements Standings {
    private static final Predicate<String> NOTHING = path -> false;

    @Override
    public Predicate<String> readable(String standing) {
        StandingRight right = StandingRight.of(standing);
        try {
            revocations.require(right.asToken());
        } catch (VaultException refused) {
            if (refused.code().status() == 503) {
                throw refused;
            }
            return NOTHING;
        }
        return access.readable(right)::matches;
    }
}
