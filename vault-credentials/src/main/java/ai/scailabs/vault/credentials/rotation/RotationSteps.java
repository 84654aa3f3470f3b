package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.credentials.connector.Targets;
import ai.scailabs.vault.credentials.login.TargetLogins;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.SecretRenewal;
import java.time.Clock;

/** What the worker and people's requests have in common. Thread-safe. */
public final class RotationSteps {
    private final AssignmentRepository assignments;
    private final HistoryRepository history;
    private final RotationJournal journal;
    private final Renewals renewals;
    private final TargetRotation targets;
    private final RotationTurn turn;
    private final RotationListener listener;

    /** @param transfers to targets that are asked over HTTP */
    public RotationSteps(
            TenantTransactions transactions,
            SecretPolicyService recipes,
            MadeValues values,
            SecretRenewal secrets,
            KeySeal seal,
            TargetLogins logins,
            Targets connectors,
            GuardedTransfers transfers,
            AccessControl access,
            RevocationList revocations,
            AuditEntries audit,
            Backoff backoff,
            RotationListener listener,
            Clock clock,
            Ids ids) {
        RotationEntries entries = new RotationEntries(audit, ids);
        this.assignments = new AssignmentRepository(transactions);
        this.history = new HistoryRepository(transactions);
        this.journal = new RotationJournal(assignments, history, entries, ids);
        this.renewals = new Renewals(recipes, values);
        EarlierVersions versions = new EarlierVersions(transactions);
        PendingValues pending = new PendingValues(transactions, seal);
        this.targets = new TargetRotation(
                new AccountRotation(versions, pending, logins, connectors, values, recipes, secrets, listener),
                new AwsKeyRotation(versions, pending, new AwsKeyAccess(logins, transfers), values, secrets, listener),
                new WebhookRotation(
                        pending, logins, new WebhookCalls(transfers, clock), values, recipes, secrets, listener, ids));
        this.turn = new RotationTurn(
                assignments, journal, entries, renewals, targets, secrets, access, revocations, backoff, listener);
        this.listener = listener;
    }

    AssignmentRepository assignments() {
        return assignments;
    }

    HistoryRepository history() {
        return history;
    }

    RotationJournal journal() {
        return journal;
    }

    Renewals renewals() {
        return renewals;
    }

    TargetRotation targets() {
        return targets;
    }

    RotationTurn turn() {
        return turn;
    }

    RotationListener listener() {
        return listener;
    }
}
