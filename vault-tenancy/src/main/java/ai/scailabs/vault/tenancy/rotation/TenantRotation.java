package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.KeyRotation;
import ai.scailabs.vault.crypto.envelope.Rewrapping;
import ai.scailabs.vault.crypto.envelope.WrappedKey;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.rotation.GenerationRows.PartnerKey;
import ai.scailabs.vault.tenancy.rotation.SealedRows.Rewrapped;
import ai.scailabs.vault.tenancy.rotation.SealedRows.Row;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new generation of a tenant's key, and everything that older ones wrap under it. The generation is made in one transaction; then, once nobody writes under an older one any more,
 * all rows are gone through in order, a batch at a time. A batch is stored together with how far the job is.
 */
final class TenantRotation implements JobSteps.Kind {
    private static final Logger LOG = LoggerFactory.getLogger(TenantRotation.class);
    private static final int BATCH = 500;
    private static final char BETWEEN = ' ';
    /** No tenant has it: what is remembered is not asked. */
    private static final long NO_EPOCH = -1;

    private final JobSteps steps;
    private final GenerationRows keys;
    private final TenantKeyrings keyrings;
    private final EnvelopeCipher cipher;
    private final KeyRotation rotation;
    private final List<SealedRows> kinds;
    private final LongAdder rewrapped = new LongAdder();

    TenantRotation(
            JobSteps steps,
            GenerationRows keys,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            KeyRotation rotation,
            List<SealedRows> kinds) {
        this.steps = steps;
        this.keys = keys;
        this.keyrings = keyrings;
        this.cipher = cipher;
        this.rotation = rotation;
        this.kinds = List.copyOf(kinds);
    }

    /** Keys that this instance has wrapped anew. */
    long rewrapped() {
        return rewrapped.sum();
    }

    @Override
    public StepTaken step(OpenJob open, Connection worker) {
        return switch (open.state().step()) {
            case START -> start(open);
            case BARRIER -> steps.barrier(open);
            case PASS, EPOCHS -> pass(open);
        };
    }

    private StepTaken start(OpenJob open) {
        if (open.job().trigger() == KeyJobTrigger.SWEEP) {
            return steps.begin(open, KeyJobStep.PASS);
        }
        TenantId tenant = open.space();
        PartnerId partner = partner(tenant);
        // Makes the first keys, where there are none.
        keyrings.active(tenant, partner, NO_EPOCH);
        PartnerKey partnerKey = keys.partnerKeys(tenant, partner).stream()
                .filter(key -> key.generation().active())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the key of " + partner + " vanished"));
        WrappedKey made = cipher.newTenantKey(
                tenant, partner.value(), partnerKey.generation().id(), partnerKey.wrapped());
        return steps.make(open, made.id(), tx -> {
            if (!keys.beginTenantKey(tx, partner, partnerKey.generation().id(), made, steps.now())) {
                throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The key of the partner has just changed");
            }
        });
    }

    private StepTaken pass(OpenJob open) {
        TenantId tenant = open.space();
        KeyChain active = keyrings.active(tenant, partner(tenant), NO_EPOCH);
        if (open.state().position().isEmpty() && open.state().total() == null) {
            return steps.advance(open, open.state().outOf(left(tenant, active.tenantKeyId())));
        }
        int kind = kindAt(open.state().position());
        if (kind == kinds.size()) {
            return end(open);
        }
        SealedRows rows = kinds.get(kind);
        SealedRows.Page page = rows.page(tenant, within(open.state().position()), BATCH);
        String reached = page.reached().isEmpty() ? (kind + 1) + "" + BETWEEN : kind + "" + BETWEEN + page.reached();
        List<Row> older = page.rows().stream()
                .filter(row -> !row.key().equals(active.tenantKeyId()))
                .toList();
        if (older.isEmpty()) {
            return steps.advance(open, open.state().behind(reached));
        }
        return store(open, rows, active.tenantKeyId(), wrapped(tenant, active, rows, older), reached);
    }

    private Batch wrapped(TenantId tenant, KeyChain active, SealedRows rows, List<Row> older) {
        List<Rewrapped> done = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        Map<KeyId, KeyChain> chains = new HashMap<>();
        try (Rewrapping keysOpen = rotation.towards(active)) {
            for (Row row : older) {
                try {
                    KeyChain from = chains.computeIfAbsent(row.key(), key -> keyrings.chain(tenant, key, NO_EPOCH));
                    done.add(new Rewrapped(row, rows.rewrapped(keysOpen, from, row)));
                } catch (VaultException refused) {
                    if (refused.code().retryable()) {
                        throw refused;
                    }
                    LOG.warn("{} of {} does not open and stays as it is", row.position(), tenant);
                    broken.add(row.position());
                }
            }
        }
        return new Batch(done, broken);
    }

    private StepTaken store(OpenJob open, SealedRows rows, KeyId to, Batch batch, String reached) {
        StepTaken taken = steps.store(open, tx -> {
            int stored = batch.done().isEmpty()
                    ? 0
                    : rows.store(tx, to, batch.done()).size();
            OpenJob.State state = open.state();
            boolean unsettled = stored < batch.done().size();
            return state.behind(reached)
                    .counting(stored, batch.broken().size(), unsettled)
                    .noting(JobSteps.naming(state.problem(), batch.broken()));
        });
        rewrapped.add(batch.done().size());
        return taken;
    }

    private StepTaken end(OpenJob open) {
        return open.state().again()
                ? steps.passAgain(open, open.state().succeeded())
                : steps.complete(open, tx -> GenerationRows.emptyTenantKeys(tx, steps.now()));
    }

    private long left(TenantId tenant, KeyId active) {
        long left = 0;
        for (SealedRows rows : kinds) {
            for (Map.Entry<KeyId, Long> count : rows.counts(tenant).entrySet()) {
                left += count.getKey().equals(active) ? 0 : count.getValue();
            }
        }
        return left;
    }

    private PartnerId partner(TenantId tenant) {
        return keys.partnerOf(tenant).orElseThrow(() -> new IllegalStateException("no such tenant: " + tenant));
    }

    private static int kindAt(String position) {
        return position.isEmpty() ? 0 : Integer.parseInt(position.substring(0, position.indexOf(BETWEEN)));
    }

    private static String within(String position) {
        return position.isEmpty() ? "" : position.substring(position.indexOf(BETWEEN) + 1);
    }

    /** @param broken the names of what does not open */
    private record Batch(List<Rewrapped> done, List<String> broken) {}
}
