package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.UUID;

/** Values that are on their way to an account and to the secret: kept, sealed, before the account has them, so that whoever goes on after an accident has them too. Thread-safe. */
final class PendingValues {
    private static final int MAX_ATTEMPTS = 5;

    private final TenantTransactions transactions;
    private final KeySeal seal;

    PendingValues(TenantTransactions transactions, KeySeal seal) {
        this.transactions = transactions;
        this.seal = seal;
    }

    /** False when another has the secret. @param value stays the caller's */
    boolean keep(Assignment about, UUID holder, SensitiveBytes value) {
        String id = about.id().toString();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            byte[] sealed = seal.seal(about.policy().tenant(), about.right().partner(), id, value);
            Outcome outcome =
                    transactions.inTransaction(about.policy().tenant(), tx -> keep(tx, about, holder, sealed));
            if (outcome != Outcome.KEY_HAS_GONE_BY) {
                return outcome == Outcome.KEPT;
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new value under it");
    }

    private enum Outcome {
        KEPT,
        TAKEN_BY_ANOTHER,
        /** Whoever seals what is stored anew may have gone by. */
        KEY_HAS_GONE_BY
    }

    private static Outcome keep(TenantTransaction tx, Assignment about, UUID holder, byte[] sealed) {
        boolean held = tx.queryOne(
                        "select true from rotation_assignment where tenant_id = ? and assignment_id = ? and taken_by = ? and version = ? for update",
                        (results, index) -> results.getBoolean(1),
                        tx.tenant().value(),
                        about.id(),
                        holder,
                        about.version())
                .orElse(false);
        if (!held) {
            return Outcome.TAKEN_BY_ANOTHER;
        }
        int kept = tx.update(
                """
                insert into rotation_pending (tenant_id, key_id, path, private_key, seen_version, created_at)
                select ?::text, ?::text, ?::text, ?::bytea, ?::integer, clock_timestamp()
                where not exists (
                    select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                """,
                tx.tenant().value(),
                about.id().toString(),
                about.path().value(),
                sealed,
                about.version(),
                tx.tenant().value(),
                sealed);
        return kept > 0 ? Outcome.KEPT : Outcome.KEY_HAS_GONE_BY;
    }

    /** To be closed by the caller. @throws VaultException {@code integrity_failure}, {@code kms_unavailable} */
    SensitiveBytes open(Assignment about) {
        String id = about.id().toString();
        byte[] sealed = transactions
                .queryOne(
                        about.policy().tenant(),
                        "select private_key from rotation_pending where tenant_id = ? and key_id = ?",
                        (results, index) -> results.getBytes(1),
                        about.policy().tenant().value(),
                        id)
                .orElseThrow(() -> new VaultException(ErrorCode.VERSION_CONFLICT, "Somebody else has gone on with it"));
        return seal.open(about.policy().tenant(), about.right().partner(), id, sealed);
    }

    /** It is the secret's, or will be nobody's. */
    void drop(Assignment about) {
        transactions.update(
                about.policy().tenant(),
                "delete from rotation_pending where tenant_id = ? and key_id = ?",
                about.policy().tenant().value(),
                about.id().toString());
    }
}
