package ai.scailabs.vault.crypto.root;

class SharedUnwrapsContractTest extends RootKeyContract {
    private final RootKey root = new SharedUnwraps(TestRootKey.random());
    private final RootKey another = new SharedUnwraps(TestRootKey.random());

    @Override
    protected RootKey rootKey() {
        return root;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }
}
