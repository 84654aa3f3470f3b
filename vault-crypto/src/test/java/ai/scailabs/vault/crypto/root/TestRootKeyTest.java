package ai.scailabs.vault.crypto.root;

class TestRootKeyTest extends RootKeyContract {
    private final RootKey root = TestRootKey.random();
    private final RootKey another = TestRootKey.random();

    @Override
    protected RootKey rootKey() {
        return root;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }
}
