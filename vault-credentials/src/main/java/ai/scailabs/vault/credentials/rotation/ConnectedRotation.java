package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.util.List;
import java.util.UUID;

/**
 * How a secret is changed where it is used, and here. Each step is durable before the next is done, and may be done again: whoever goes on after an accident ends with both sides the same. Thread-safe.
 *
 * @param <C> what says where
 */
interface ConnectedRotation<C extends Connector> {
    /**
     * Tries it, before a secret is put under its policy. Answers what is kept: it may say more than was given.
     *
     * @param permit to rotate
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} with the field and a reason; {@code version_conflict}
     */
    C require(C connector, StandingRight right, Permit permit, SecretSpace space, SecretPath path, int version);

    /**
     * Begins it, by keeping what whoever goes on must know. False when another has the secret.
     *
     * @param permit to rotate
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_conflict}; {@code conflict} with {@code state: no_recipe}; {@code kms_unavailable}
     */
    boolean prepare(C connector, Assignment due, Permit permit, SecretSpace space, UUID holder);

    /**
     * Brings both sides together, whatever was done before.
     *
     * @param permit to rotate
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code backend_unavailable} with the target's reason; {@code version_conflict} when somebody wrote or went on meanwhile: then it is to be looked at again
     */
    void settle(
            C connector,
            Assignment due,
            Permit permit,
            SecretSpace space,
            UUID holder,
            Trigger trigger,
            AuditEntry entry);

    /**
     * Takes away there what is no longer read here.
     *
     * @param versions that are no longer read, and are destroyed after it
     */
    void retire(C connector, Assignment seen, Permit permit, SecretSpace space, UUID holder, List<Integer> versions);
}
