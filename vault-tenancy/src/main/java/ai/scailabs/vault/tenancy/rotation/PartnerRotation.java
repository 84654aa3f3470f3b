package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyRotation;
import ai.scailabs.vault.crypto.envelope.TenantKeyRewrapping;
import ai.scailabs.vault.crypto.envelope.WrappedKey;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.rotation.GenerationRows.PartnerKey;
import ai.scailabs.vault.tenancy.rotation.GenerationRows.TenantKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new generation of a partner's key, and the keys of all its tenants under it, of every generation and of the shared space too. Each is changed as its own tenant, so that the job's row
 * cannot change with it: it counts what is found wrapped as it should be, and a page of tenants that was broken off is gone through again.
 */
final class PartnerRotation implements JobSteps.Kind {
    private static final Logger LOG = LoggerFactory.getLogger(PartnerRotation.class);
    private static final int TENANTS = 100;
    private static final long NO_EPOCH = -1;

    private final JobSteps steps;
    private final GenerationRows keys;
    private final TenantKeyrings keyrings;
    private final EnvelopeCipher cipher;
    private final KeyRotation rotation;
    private final LongAdder rewrapped = new LongAdder();

    PartnerRotation(
            JobSteps steps, GenerationRows keys, TenantKeyrings keyrings, EnvelopeCipher cipher, KeyRotation rotation) {
        this.steps = steps;
        this.keys = keys;
        this.keyrings = keyrings;
        this.cipher = cipher;
        this.rotation = rotation;
    }

    /** Keys that this instance has wrapped anew. */
    long rewrapped() {
        return rewrapped.sum();
    }

    @Override
    public StepTaken step(OpenJob open, Connection worker) throws SQLException {
        return switch (open.state().step()) {
            case START -> start(open);
            case BARRIER -> steps.barrier(open);
            case PASS, EPOCHS -> pass(open, worker);
        };
    }

    private StepTaken start(OpenJob open) {
        if (open.job().trigger() == KeyJobTrigger.SWEEP) {
            return steps.begin(open, KeyJobStep.PASS);
        }
        PartnerId partner = partner(open);
        // Makes the first keys, where there are none.
        keyrings.active(open.space(), partner, NO_EPOCH);
        WrappedKey made = cipher.newPartnerKey(partner.value());
        return steps.make(open, made.id(), tx -> keys.beginPartnerKey(tx, partner, made, steps.now()));
    }

    private StepTaken pass(OpenJob open, Connection worker) throws SQLException {
        PartnerId partner = partner(open);
        List<TenantId> page =
                KeyJobQueue.tenantsOf(worker, partner, open.state().position(), TENANTS);
        if (page.isEmpty()) {
            return open.state().again()
                    ? steps.passAgain(open, 0)
                    : steps.complete(open, tx -> GenerationRows.emptyPartnerKeys(tx, partner, steps.now()));
        }
        Map<KeyId, WrappedKey> generations = new HashMap<>();
        WrappedKey active = null;
        for (PartnerKey key : keys.partnerKeys(open.space(), partner)) {
            generations.put(key.generation().id(), key.key());
            active = key.generation().active() ? key.key() : active;
        }
        if (active == null) {
            throw new IllegalStateException("the key of " + partner + " vanished");
        }
        Counts counts = new Counts();
        for (Wrapped key : wrapped(partner, active, generations, older(page, active.id(), counts), counts)) {
            boolean stored = keys.storeTenantKey(key.tenant(), key.seen(), active.id(), key.wrapped());
            counts.succeeded += stored ? 1 : 0;
            counts.unsettled |= !stored;
            rewrapped.add(stored ? 1 : 0);
        }
        OpenJob.State state = open.state();
        return steps.advance(
                open,
                state.behind(page.getLast().value())
                        .counting(counts.succeeded, counts.broken.size(), counts.unsettled)
                        .noting(JobSteps.naming(state.problem(), counts.broken)));
    }

    /** Also counts those that are not. */
    private List<Seen> older(List<TenantId> page, KeyId active, Counts counts) {
        List<Seen> older = new ArrayList<>();
        for (TenantId tenant : page) {
            for (TenantKey key : keys.tenantKeys(tenant)) {
                if (key.partnerKeyId().equals(active)) {
                    counts.succeeded++;
                } else {
                    older.add(new Seen(tenant, key));
                }
            }
        }
        return older;
    }

    private List<Wrapped> wrapped(
            PartnerId partner, WrappedKey active, Map<KeyId, WrappedKey> generations, List<Seen> older, Counts counts) {
        List<Wrapped> done = new ArrayList<>();
        if (older.isEmpty()) {
            return done;
        }
        try (TenantKeyRewrapping keysOpen = rotation.towards(partner.value(), active)) {
            for (Seen each : older) {
                TenantKey key = each.key();
                WrappedKey from = generations.get(key.partnerKeyId());
                try {
                    if (from == null) {
                        throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The partner has no such key");
                    }
                    byte[] wrapped = keysOpen.tenantKey(
                            from, each.tenant(), key.generation().id(), key.wrapped());
                    done.add(new Wrapped(each.tenant(), key, wrapped));
                } catch (VaultException refused) {
                    if (refused.code().retryable()) {
                        throw refused;
                    }
                    LOG.warn("the key {} of {} does not open and stays as it is", key, each.tenant());
                    counts.broken.add(key + " of " + each.tenant());
                }
            }
        }
        return done;
    }

    private static PartnerId partner(OpenJob open) {
        return new PartnerId(open.space().value());
    }

    private record Seen(TenantId tenant, TenantKey key) {}

    private record Wrapped(TenantId tenant, TenantKey seen, byte[] wrapped) {}

    private static final class Counts {
        private final List<String> broken = new ArrayList<>();
        private long succeeded;
        private boolean unsettled;
    }
}
