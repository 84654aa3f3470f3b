package ai.scailabs.vault.crypto.root;

import java.time.Duration;
import java.util.List;

class RootKeySetContractTest extends RootKeyContract {
    private final RootKey set = new RootKeySet(List.of(TestRootKey.random()), Duration.ofSeconds(1));
    private final RootKey another = new RootKeySet(List.of(TestRootKey.random()), Duration.ofSeconds(1));

    @Override
    protected RootKey rootKey() {
        return set;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }
}
