package ai.scailabs.vault.crypto.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every adapter of a root key holds. Extend it and say how to reach two different root keys. */
public abstract class RootKeyContract {
    private static final KeyId KEY_ID = KeyId.of(new UUID(0x0198_0000_0000_7000L, 0x8000_0000_0000_0001L));
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KEY_ID, "partner-key");

    private final SecureRandom random = new SecureRandom();

    /** The same root key at every call. */
    protected abstract RootKey rootKey();

    /** A root key other than {@link #rootKey()}. */
    protected abstract RootKey anotherRootKey();

    @Test
    public void wrappedKey_opensToTheSameKey() {
        try (KeyMaterial key = KeyMaterial.generate(random);
                KeyMaterial opened = rootKey().unwrap(rootKey().wrap(key, CONTEXT), CONTEXT)) {
            assertThat(opened).isEqualTo(key).isNotSameAs(key);
        }
    }

    @Test
    public void wrappedKey_doesNotHoldTheKeyInClear() {
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            HexFormat hex = HexFormat.of();
            String wrapped = hex.formatHex(rootKey().wrap(key, CONTEXT));
            assertThat(wrapped).doesNotContain(hex.formatHex(key.exposeBytes(), 0, 8));
        }
    }

    @Test
    public void anotherOwner_isRefused() {
        byte[] wrapped = wrapNew();
        refuses(rootKey(), wrapped, new WrapContext("ptn_acmf", KEY_ID, "partner-key"));
    }

    @Test
    public void anotherKeyId_isRefused() {
        byte[] wrapped = wrapNew();
        KeyId other = KeyId.of(
                new UUID(KEY_ID.value().getMostSignificantBits(), KEY_ID.value().getLeastSignificantBits() + 1));
        refuses(rootKey(), wrapped, new WrapContext("ptn_acme", other, "partner-key"));
    }

    @Test
    public void anotherPurpose_isRefused() {
        byte[] wrapped = wrapNew();
        refuses(rootKey(), wrapped, new WrapContext("ptn_acme", KEY_ID, "partner-kez"));
    }

    @Test
    public void charactersMovedFromOwnerToPurpose_areRefused() {
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            byte[] wrapped = rootKey().wrap(key, new WrapContext("ptn_ab", KEY_ID, "c"));
            refuses(rootKey(), wrapped, new WrapContext("ptn_a", KEY_ID, "bc"));
        }
    }

    @Test
    public void flippedBitAnywhere_isRefused() {
        byte[] wrapped = wrapNew();
        for (int i = 0; i < wrapped.length; i++) {
            byte[] altered = wrapped.clone();
            altered[i] ^= (byte) (1 << (i % 8));
            refuses(rootKey(), altered, CONTEXT);
        }
    }

    @Test
    public void truncatedExtendedEmptyAndGarbage_areRefused() {
        byte[] wrapped = wrapNew();
        byte[] garbage = new byte[wrapped.length];
        random.nextBytes(garbage);
        refuses(rootKey(), new byte[0], CONTEXT);
        refuses(rootKey(), new byte[] {wrapped[0]}, CONTEXT);
        refuses(rootKey(), Arrays.copyOf(wrapped, wrapped.length / 2), CONTEXT);
        refuses(rootKey(), Arrays.copyOf(wrapped, wrapped.length - 1), CONTEXT);
        refuses(rootKey(), Arrays.copyOf(wrapped, wrapped.length + 1), CONTEXT);
        refuses(rootKey(), garbage, CONTEXT);
    }

    @Test
    public void twoWrapsOfOneKey_differ() {
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            assertThat(rootKey().wrap(key, CONTEXT)).isNotEqualTo(rootKey().wrap(key, CONTEXT));
        }
    }

    @Test
    public void anotherRootKey_opensNothing() {
        refuses(anotherRootKey(), wrapNew(), CONTEXT);
    }

    @Test
    public void id_isStableAndTellsRootKeysApart() {
        assertThat(rootKey().id())
                .isNotBlank()
                .isEqualTo(rootKey().id())
                .isNotEqualTo(anotherRootKey().id());
    }

    @Test
    public void wipingTheKeyAfterWrapping_changesNothing() {
        KeyMaterial key = KeyMaterial.generate(random);
        try (KeyMaterial kept = key.copy()) {
            byte[] wrapped = rootKey().wrap(key, CONTEXT);
            key.close();
            try (KeyMaterial opened = rootKey().unwrap(wrapped, CONTEXT)) {
                assertThat(opened).isEqualTo(kept);
            }
        }
    }

    @Test
    public void wipingOneUnwrappedKey_leavesTheNextWhole() {
        byte[] wrapped = wrapNew();
        KeyMaterial first = rootKey().unwrap(wrapped, CONTEXT);
        try (KeyMaterial kept = first.copy()) {
            first.close();
            try (KeyMaterial second = rootKey().unwrap(wrapped, CONTEXT)) {
                assertThat(second).isEqualTo(kept);
            }
        }
    }

    @Test
    public void concurrentCalls_eachGetTheirOwnKey() throws Exception {
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            WrapContext context = new WrapContext("ptn_" + i, KEY_ID, "partner-key");
            calls.add(() -> {
                try (KeyMaterial key = KeyMaterial.generate(random);
                        KeyMaterial opened = rootKey().unwrap(rootKey().wrap(key, context), context)) {
                    return opened.equals(key);
                }
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> opened : threads.invokeAll(calls)) {
                assertThat(opened.get()).isTrue();
            }
        }
    }

    private byte[] wrapNew() {
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            return rootKey().wrap(key, CONTEXT);
        }
    }

    private static void refuses(RootKey root, byte[] wrapped, WrapContext context) {
        assertThatThrownBy(() -> root.unwrap(wrapped, context))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }
}
