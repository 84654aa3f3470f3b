package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.crypto.envelope.KeyWrap;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

/** A root key in memory, for tests of what stands on a root key. It passes the contract, remembers what it handed out, and fails when told to. */
public final class TestRootKey implements RootKey {
    private final KeyMaterial key;
    private final byte[] header;
    private final SecureRandom random;
    private final List<KeyMaterial> handedOut = Collections.synchronizedList(new ArrayList<>());
    private volatile VaultException failure;

    /** @param header format and name, stored in front of what it wraps */
    public TestRootKey(byte[] key, byte[] header, SecureRandom random) {
        this.key = KeyMaterial.copyOf(key);
        this.header = header.clone();
        this.random = random;
    }

    public static TestRootKey random() {
        SecureRandom random = new SecureRandom();
        byte[] key = new byte[KeyMaterial.BYTES];
        byte[] header = new byte[9];
        random.nextBytes(key);
        random.nextBytes(header);
        // As of every adapter: never that of several root keys.
        header[0] = 0x7E;
        return new TestRootKey(key, header, random);
    }

    @Override
    public String id() {
        return "test:" + HexFormat.of().formatHex(header);
    }

    @Override
    public byte[] wrap(KeyMaterial partnerKey, WrapContext context) {
        return KeyWrap.wrap(key, partnerKey, header, context.bytes(), random);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        if (failure != null) {
            throw failure;
        }
        KeyMaterial opened = KeyWrap.unwrap(key, wrapped, header, context.bytes());
        handedOut.add(opened);
        return opened;
    }

    /** Every call from now on ends like this. */
    public void fail(VaultException failure) {
        this.failure = failure;
    }

    public List<KeyMaterial> handedOut() {
        return List.copyOf(handedOut);
    }

    public void forget() {
        handedOut.clear();
    }
}
