package ai.scailabs.vault.crypto.root;

import java.util.Arrays;

/** What is asked of a root key when a key is unwrapped, as the name of the answer: equal requests have equal answers. The array is not copied, and nobody writes to it. */
public final class UnwrapRequest {
    private final byte[] wrapped;
    private final WrapContext context;
    private final int hash;

    public UnwrapRequest(byte[] wrapped, WrapContext context) {
        this.wrapped = wrapped;
        this.context = context;
        this.hash = 31 * Arrays.hashCode(wrapped) + context.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UnwrapRequest that
                && hash == that.hash
                && context.equals(that.context)
                && Arrays.equals(wrapped, that.wrapped);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "unwrap " + context;
    }
}
