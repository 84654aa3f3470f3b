package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.pki.acme.OrderMoves.Held;
import ai.scailabs.vault.pki.dns.ChallengeRecords;
import ai.scailabs.vault.pki.dns.Placement;
import ai.scailabs.vault.pki.dns.Visibility;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Records of challenges in the tenant's DNS: one value each, however many orders prove the same name at a time. */
final class DnsSteps {
    /** That all name servers of a zone show a value; then it is somebody's to look after. */
    private static final Duration LONGEST_PROPAGATION = Duration.ofHours(1);

    private final OrderMoves moves;
    private final ChallengeRecords records;

    DnsSteps(OrderMoves moves, ChallengeRecords records) {
        this.moves = moves;
        this.records = records;
    }

    /** One record; with none left, on to the next stage. */
    void place(Held held) throws DirectoryFailure {
        AcmeOrder order = held.order();
        PendingChallenge next = moves.challenges().of(order.tenant(), order.id()).stream()
                .filter(each -> !each.placed())
                .findFirst()
                .orElse(null);
        if (next == null) {
            moves.on(held, Stage.PROPAGATE, "records_placed", tx -> {});
            return;
        }
        try {
            Placement where = next.where();
            if (where == null) {
                where = records.locate(
                        order.tenant(), order.partner(), order.terms().dnsProvider(), next.recordName());
                Placement found = where;
                moves.orders().transactions().inTransaction(order.tenant(), tx -> {
                    moves.challenges().located(tx, order.id(), next.position(), found);
                    return found;
                });
            }
            records.add(order.tenant(), order.partner(), where, value(next));
            moves.on(
                    held,
                    order.status(),
                    Stage.PLACE,
                    moves.now(),
                    null,
                    tx -> moves.challenges().placed(tx, order.id(), next.position()));
        } catch (VaultException refused) {
            throw failure(refused, next.name());
        }
    }

    void propagate(Held held) throws DirectoryFailure {
        AcmeOrder order = held.order();
        Instant now = moves.now();
        for (PendingChallenge each : moves.challenges().of(order.tenant(), order.id())) {
            try {
                Placement where = each.where();
                Visibility seen = where == null ? null : records.visible(where, value(each));
                if (seen != null && !seen.everywhere()) {
                    if (now.isAfter(order.progress().since().plus(LONGEST_PROPAGATION))) {
                        throw DirectoryFailure.lasting(DirectoryProblem.ours(
                                "notPropagated",
                                seen.showing() + " of " + seen.servers() + " name servers of the zone show the record",
                                each.name()));
                    }
                    moves.waiting(held, Backoff.poll(null, order.progress().since(), now));
                    return;
                }
            } catch (VaultException unknown) {
                throw failure(unknown, each.name());
            }
        }
        moves.on(held, Stage.TRIGGER, "records_seen", tx -> {});
    }

    /** One record; with none left, the order is clean. */
    void clean(Held held) throws DirectoryFailure {
        AcmeOrder order = held.order();
        List<PendingChallenge> left = moves.challenges().of(order.tenant(), order.id());
        if (left.isEmpty()) {
            moves.cleaned(held, false);
            return;
        }
        PendingChallenge first = left.getFirst();
        Placement where = first.where();
        try {
            if (where != null && first.recordValue() != null) {
                records.remove(order.tenant(), order.partner(), where, first.recordValue());
            }
        } catch (VaultException refused) {
            // Whoever deleted the provider has taken the way to the record with it.
            if (refused.code() != ErrorCode.DNS_PROVIDER_NOT_FOUND) {
                throw failure(refused, first.name());
            }
        }
        boolean last = left.size() == 1;
        moves.on(
                held,
                order.status(),
                Stage.CLEAN,
                moves.now(),
                last ? "records_removed" : null,
                tx -> moves.challenges().delete(tx, order.id(), first.position()));
    }

    private static String value(PendingChallenge challenge) {
        String value = challenge.recordValue();
        if (value == null) {
            throw new IllegalStateException("a challenge of another kind");
        }
        return value;
    }

    private static DirectoryFailure failure(VaultException refused, String name) {
        return switch (refused.code()) {
            case DNS_PROVIDER_NOT_FOUND, DNS_ZONE_NOT_MANAGED, DNS_PROVIDER_REFUSED ->
                DirectoryFailure.lasting(problem(refused, name));
            default -> DirectoryFailure.passing(problem(refused, name));
        };
    }

    private static DirectoryProblem problem(VaultException refused, String name) {
        Map<String, Object> details = refused.details();
        String reason = details.get("reason") == null ? "" : ": " + details.get("reason");
        return DirectoryProblem.ours(
                refused.code().code(),
                DirectoryProblem.bounded(String.valueOf(refused.getMessage()) + reason, 300),
                name);
    }
}
