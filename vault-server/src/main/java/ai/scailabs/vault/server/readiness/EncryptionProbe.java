package ai.scailabs.vault.server.readiness;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Wraps and unwraps a canary key with each root key, end to end. */
public final class EncryptionProbe {
    private static final String OWNER = "readiness";
    private static final String PURPOSE = "canary";

    private final List<? extends RootKey> rootKeys;
    private final Ids ids;
    private final SecureRandom random;

    public EncryptionProbe(List<? extends RootKey> rootKeys, Ids ids, SecureRandom random) {
        this.rootKeys = List.copyOf(rootKeys);
        this.ids = ids;
        this.random = random;
    }

    /** Of all root keys, in order. They are asked at the same time, as one that hangs takes all the patience there is. */
    List<Finding> look() {
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
    }
}
