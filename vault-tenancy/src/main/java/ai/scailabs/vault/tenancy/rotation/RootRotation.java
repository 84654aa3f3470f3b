package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.envelope.KeyRotation;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.rotation.GenerationRows.PartnerKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of all partners, of every generation, wrapped anew by the root keys that there are now. Then every tenant's epoch grows: no instance goes on with what the root keys gave before.
 */
final class RootRotation implements JobSteps.Kind {
    private static final Logger LOG = LoggerFactory.getLogger(RootRotation.class);
    private static final int PARTNERS = 20;
    private static final int TENANTS = 100;
    private static final Duration OTHER_SETTINGS = Duration.ofSeconds(2);

    private final JobSteps steps;
    private final GenerationRows keys;
    private final KeyRotation rotation;
    private final Supplier<String> rootKeyIds;
    private final LongAdder rewrapped = new LongAdder();

    /** @param rootKeyIds with a space between */
    RootRotation(JobSteps steps, GenerationRows keys, KeyRotation rotation, Supplier<String> rootKeyIds) {
        this.steps = steps;
        this.keys = keys;
        this.rotation = rotation;
        this.rootKeyIds = rootKeyIds;
    }

    /** Keys that this instance has wrapped anew. */
    long rewrapped() {
        return rewrapped.sum();
    }

    @Override
    public StepTaken step(OpenJob open, Connection worker) throws SQLException {
        return switch (open.state().step()) {
            case START, BARRIER -> start(open);
            case PASS -> pass(open, worker);
            case EPOCHS -> epochs(open, worker);
        };
    }

    /** Whoever asked has restarted all instances with other settings, or is about to: keys are not wrapped by those that are to be left. */
    private StepTaken start(OpenJob open) {
        return names(rootKeyIds.get()).containsAll(wanted(open))
                ? steps.begin(open, KeyJobStep.PASS)
                : new StepTaken.Waits(
                        OTHER_SETTINGS, "waits for an instance with the root keys of the one that was asked");
    }

    private StepTaken pass(OpenJob open, Connection worker) throws SQLException {
        OpenJob.State state = open.state();
        List<PartnerId> page = keys.partnersAfter(open.space(), state.position(), PARTNERS);
        if (page.isEmpty()) {
            // An instance that still has other settings may have made keys behind the place where this one was.
            boolean more = KeyJobQueue.wrappedByOthers(worker, String.join(" ", wanted(open))) > state.failed();
            return state.again() || more ? steps.passAgain(open, 0) : steps.advance(open, state.at(KeyJobStep.EPOCHS));
        }
        long succeeded = 0;
        boolean unsettled = false;
        List<String> broken = new ArrayList<>();
        for (PartnerId partner : page) {
            for (PartnerKey key : keys.partnerKeys(TenantId.sharedBy(partner), partner)) {
                byte[] wrapped = wrapped(partner, key, wanted(open), broken);
                if (wrapped != null) {
                    boolean stored = keys.storePartnerKey(partner, key, wrapped);
                    succeeded += stored ? 1 : 0;
                    unsettled |= !stored;
                }
            }
        }
        rewrapped.add(succeeded);
        return steps.advance(
                open,
                state.behind(page.getLast().value())
                        .counting(succeeded, broken.size(), unsettled)
                        .noting(JobSteps.naming(state.problem(), broken)));
    }

    /** Null, and named, when it does not open. */
    private byte @Nullable [] wrapped(PartnerId partner, PartnerKey key, List<String> wanted, List<String> broken) {
        try {
            return rotation.partnerKey(partner.value(), key.generation().id(), key.wrapped(), wanted);
        } catch (VaultException refused) {
            if (refused.code().retryable()) {
                throw refused;
            }
            LOG.warn("the key {} of {} does not open and stays as it is", key, partner);
            broken.add(key + " of " + partner);
            return null;
        }
    }

    /** The root keys that are to wrap, in order. */
    private List<String> wanted(OpenJob open) {
        return names(open.wanted() == null ? rootKeyIds.get() : open.wanted());
    }

    private static List<String> names(String joined) {
        return List.of(joined.split(" ", -1));
    }

    private StepTaken epochs(OpenJob open, Connection worker) throws SQLException {
        List<TenantId> page = KeyJobQueue.tenants(worker, open.state().position(), TENANTS);
        if (page.isEmpty()) {
            return steps.complete(open, tx -> {});
        }
        page.forEach(keys::moveEpoch);
        return steps.advance(open, open.state().behind(page.getLast().value()));
    }
}
