package ai.scailabs.vault.server.readiness;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import java.security.SecureRandom;

/** Wraps and unwraps a canary key with the root key, end to end. */
public final class EncryptionProbe {
    private static final String OWNER = "readiness";
    private static final String PURPOSE = "canary";

    private final RootKey rootKey;
    private final Ids ids;
    private final SecureRandom random;

    public EncryptionProbe(RootKey rootKey, Ids ids, SecureRandom random) {
        this.rootKey = rootKey;
        this.ids = ids;
        this.random = random;
    }

    String rootKeyId() {
        return rootKey.id();
    }

    /** Empty when the root key serves. */
    String problem() {
        WrapContext context = new WrapContext(OWNER, KeyId.of(ids.nextUuid()), PURPOSE);
        try (KeyMaterial canary = KeyMaterial.generate(random);
                KeyMaterial returned = rootKey.unwrap(rootKey.wrap(canary, context), context)) {
            return canary.equals(returned) ? "" : "the root key returned another key than it was given";
        } catch (VaultException failure) {
            return "the root key does not serve: " + failure.code().code();
        }
    }
}
