package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.UUID;

/** Values that are on their way to an account and to the secret: kept, sealed, before the account has them, so that whoever goes on after an accident has them too. Thread-safe. */
final class PendingValues {
    private static final int MAX_ATTEMPTS = 5;

    /** Whoever has changed it meanwhile has it looked at as soon as it is given back. */
    private static final String HOLD = "update rotation_assignment set taken_until = " + AssignmentRepository.HELD
            + ", next_at = case when next_at < taken_until then next_at else " + AssignmentRepository.HELD + " end"
            + " where tenant_id = ? and assignment_id = ? and taken_by = ?";

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
        throw tooQuick();
    }

    /**
     * Keeps another in its place, and the time of it. False when another has the secret, or there is none any more.
     *
     * @param value stays the caller's
     */
    boolean replace(Assignment about, UUID holder, SensitiveBytes value) {
        String id = about.id().toString();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            byte[] sealed = seal.seal(about.policy().tenant(), about.right().partner(), id, value);
            Outcome outcome =
                    transactions.inTransaction(about.policy().tenant(), tx -> replace(tx, about, holder, sealed));
            if (outcome != Outcome.KEY_HAS_GONE_BY) {
                return outcome == Outcome.KEPT;
            }
        }
        throw tooQuick();
    }

    private static VaultException tooQuick() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new value under it");
    }

    private static Outcome replace(TenantTransaction tx, Assignment about, UUID holder, byte[] sealed) {
        boolean held = tx.queryOne(
                        """
                        select true from rotation_assignment a join rotation_pending n on n.tenant_id = a.tenant_id and n.key_id = a.assignment_id::text
                        where a.tenant_id = ? and a.assignment_id = ? and a.taken_by = ? for update
                        """,
                        (results, index) -> results.getBoolean(1),
                        tx.tenant().value(),
                        about.id(),
                        holder)
                .orElse(false);
        if (!held) {
            return Outcome.TAKEN_BY_ANOTHER;
        }
        int kept = tx.update(
                """
                update rotation_pending set private_key = ?::bytea, created_at = clock_timestamp()
                where tenant_id = ? and key_id = ? and not exists (
                    select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                """,
                sealed,
                tx.tenant().value(),
                about.id().toString(),
                tx.tenant().value(),
                sealed);
        return kept > 0 ? Outcome.KEPT : Outcome.KEY_HAS_GONE_BY;
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
        return opened(about).value();
    }

    /** As {@link #open}, with the time. */
    Kept opened(Assignment about) {
        String id = about.id().toString();
        Sealed sealed = transactions
                .queryOne(
                        about.policy().tenant(),
                        "select private_key, created_at from rotation_pending where tenant_id = ? and key_id = ?",
                        (results, index) -> new Sealed(
                                results.getBytes(1),
                                results.getObject(2, OffsetDateTime.class).toInstant()),
                        about.policy().tenant().value(),
                        id)
                .orElseThrow(TargetRefusals::goneOn);
        return new Kept(
                seal.open(about.policy().tenant(), about.right().partner(), id, sealed.value()), sealed.keptAt());
    }

    private record Sealed(byte[] value, Instant keptAt) {
        @Override
        public String toString() {
            return "Sealed[" + keptAt + "]";
        }
    }

    /** @param keptAt the database's time when it was kept */
    record Kept(SensitiveBytes value, Instant keptAt) implements AutoCloseable {
        @Override
        public void close() {
            value.close();
        }
    }

    /** From now on for as long as when it was taken. False when another has the secret. */
    boolean hold(Assignment about, UUID holder) {
        return transactions.update(
                        about.policy().tenant(), HOLD, about.policy().tenant().value(), about.id(), holder)
                > 0;
    }

    /** It is the secret's, or will be nobody's. Nothing is done when another has the secret: what is on its way is theirs. */
    void drop(Assignment about, UUID holder) {
        transactions.update(
                about.policy().tenant(),
                """
                delete from rotation_pending n
                where n.tenant_id = ? and n.key_id = ? and n.seen_version = ? and exists (
                    select from rotation_assignment a where a.tenant_id = n.tenant_id and a.assignment_id = ? and a.taken_by = ?)
                """,
                about.policy().tenant().value(),
                about.id().toString(),
                Objects.requireNonNull(about.pendingOn(), "nothing is on its way"),
                about.id(),
                holder);
    }
}
