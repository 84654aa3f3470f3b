package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** A secret that is changed where it is used, and here, by the kind of its connector. As {@link ConnectedRotation}. Thread-safe. */
final class TargetRotation {
    private final AccountRotation accounts;
    private final AwsKeyRotation awsKeys;
    private final WebhookRotation webhooks;

    TargetRotation(AccountRotation accounts, AwsKeyRotation awsKeys, WebhookRotation webhooks) {
        this.accounts = accounts;
        this.awsKeys = awsKeys;
        this.webhooks = webhooks;
    }

    Connector require(
            Connector connector, StandingRight right, Permit permit, SecretSpace space, SecretPath path, int version) {
        return switch (connector) {
            case AccountConnector account -> accounts.require(account, right, permit, space, path, version);
            case AwsKeyConnector key -> awsKeys.require(key, right, permit, space, path, version);
            case WebhookConnector webhook -> webhooks.require(webhook, right, permit, space, path, version);
        };
    }

    boolean prepare(Assignment due, Permit permit, SecretSpace space, UUID holder) {
        return switch (connector(due)) {
            case AccountConnector account -> accounts.prepare(account, due, permit, space, holder);
            case AwsKeyConnector key -> awsKeys.prepare(key, due, permit, space, holder);
            case WebhookConnector webhook -> webhooks.prepare(webhook, due, permit, space, holder);
        };
    }

    void settle(Assignment due, Permit permit, SecretSpace space, UUID holder, Trigger trigger, AuditEntry entry) {
        switch (connector(due)) {
            case AccountConnector account -> accounts.settle(account, due, permit, space, holder, trigger, entry);
            case AwsKeyConnector key -> awsKeys.settle(key, due, permit, space, holder, trigger, entry);
            case WebhookConnector webhook -> webhooks.settle(webhook, due, permit, space, holder, trigger, entry);
        }
    }

    void retire(Assignment seen, Permit permit, SecretSpace space, UUID holder, List<Integer> versions) {
        switch (connector(seen)) {
            case AccountConnector account -> accounts.retire(account, seen, permit, space, holder, versions);
            case AwsKeyConnector key -> awsKeys.retire(key, seen, permit, space, holder, versions);
            case WebhookConnector webhook -> webhooks.retire(webhook, seen, permit, space, holder, versions);
        }
    }

    private static Connector connector(Assignment due) {
        return Objects.requireNonNull(due.connector(), "a secret that is changed nowhere else");
    }
}
