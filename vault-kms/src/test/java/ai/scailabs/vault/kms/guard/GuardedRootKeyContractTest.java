package ai.scailabs.vault.kms.guard;

import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.crypto.root.TestRootKey;
import java.time.Duration;

/** The whole way that a request takes to a root key. */
class GuardedRootKeyContractTest extends RootKeyContract {
    private final RootKey one = behind(TestRootKey.random());
    private final RootKey another = behind(TestRootKey.random());

    private static RootKey behind(RootKey root) {
        return new RememberedUnwraps(new GuardedRootKey(root, Duration.ofSeconds(1)), Duration.ofMinutes(1));
    }

    @Override
    protected RootKey rootKey() {
        return one;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }
}
