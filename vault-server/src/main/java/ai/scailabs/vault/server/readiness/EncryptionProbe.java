package ai.scailabs.vault.server.readiness;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wraps and unwraps a canary key with each root key, end to end, and asks whether it is theirs what is stored. Says so once in the log when it is not. */
public final class EncryptionProbe {
    private static final String OWNER = "readiness";
    private static final String PURPOSE = "canary";
    private static final String FOREIGN = "another root key wrapped what is stored: nothing of it opens";
    private static final Duration ASK_EVERY = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(EncryptionProbe.class);

    private final List<? extends RootKey> rootKeys;
    private final Ids ids;
    private final SecureRandom random;
    private final BooleanSupplier foreign;
    private boolean asked;
    private boolean foundForeign;
    private long askedNanos;

    /** @param foreign whether keys are stored, and these root keys wrapped none of them; may throw what the database does */
    public EncryptionProbe(List<? extends RootKey> rootKeys, BooleanSupplier foreign, Ids ids, SecureRandom random) {
        this.rootKeys = List.copyOf(rootKeys);
        this.foreign = foreign;
        this.ids = ids;
        this.random = random;
    }

    /**
     * Of all root keys, in order. They are asked at the same time, as one that hangs takes all the patience there is.
     *
     * @param databaseAnswers whether to ask there whose the stored keys are: without an answer it is what was last known
     */
    List<Finding> look(boolean databaseAnswers) {
        List<Finding> findings = lookAtEach();
        return isForeign(databaseAnswers)
                ? findings.stream().map(Finding::ofAnother).toList()
                : findings;
    }

    /** Asked now and then: the jobs' connections, by which it is asked, may all be at work. */
    private synchronized boolean isForeign(boolean databaseAnswers) {
        if (!databaseAnswers || asked && System.nanoTime() - askedNanos < ASK_EVERY.toNanos()) {
            return foundForeign;
        }
        boolean before = foundForeign;
        try {
            foundForeign = foreign.getAsBoolean();
        } catch (VaultException unknown) {
            // The check of the database says what is wrong with it.
            LOG.debug("whose the stored keys are", unknown);
        }
        asked = true;
        askedNanos = System.nanoTime();
        if (foundForeign && !before) {
            LOG.warn(
                    "{}; stored keys name theirs in partner_key.root_key_ids, here there is {}",
                    FOREIGN,
                    rootKeys.stream().map(RootKey::id).toList());
        }
        return foundForeign;
    }

    private List<Finding> lookAtEach() {
        if (rootKeys.size() == 1) {
            return List.of(look(rootKeys.getFirst()));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Finding>> findings = rootKeys.stream()
                    .map(rootKey -> threads.submit(() -> look(rootKey)))
                    .toList();
            threads.close();
            return findings.stream().map(Future::resultNow).toList();
        }
    }

    private Finding look(RootKey rootKey) {
        long before = System.nanoTime();
        String problem = problem(rootKey);
        return new Finding(rootKey.id(), problem, System.nanoTime() - before);
    }

    private String problem(RootKey rootKey) {
        WrapContext context = new WrapContext(OWNER, KeyId.of(ids.nextUuid()), PURPOSE);
        try (KeyMaterial canary = KeyMaterial.generate(random);
                KeyMaterial returned = rootKey.unwrap(rootKey.wrap(canary, context), context)) {
            return canary.equals(returned) ? "" : "the root key returned another key than it was given";
        } catch (VaultException failure) {
            return "the root key does not serve: " + failure.code().code();
        }
    }

    /** @param rootKeyId empty as long as the root key could not be opened; @param problem empty when it serves */
    record Finding(String rootKeyId, String problem, long nanos) {
        boolean serves() {
            return problem.isEmpty();
        }

        private Finding ofAnother() {
            return serves() ? new Finding(rootKeyId, FOREIGN, nanos) : this;
        }
    }
}
