package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.kms.aws.AwsKmsRootKey;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.kms.pkcs11.Pkcs11RootKey;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.server.settings.RootKeySettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import java.security.SecureRandom;
import java.util.List;

/** The root key that was chosen, as its keeper gives it. Of the others not even the classes are loaded. */
public record OpenedRootKey(RootKey key, AutoCloseable keeper) implements AutoCloseable {
    /** @throws StartupRefusal when it cannot be used; says why */
    public static OpenedRootKey open(ServerSettings settings, SecureRandom random) {
        try {
            return opened(settings, random);
        } catch (IllegalStateException unusable) {
            throw new StartupRefusal(List.of(String.valueOf(unusable.getMessage())));
        }
    }

    private static OpenedRootKey opened(ServerSettings settings, SecureRandom random) {
        return switch (settings.rootKey()) {
            case RootKeySettings.LocalFile local ->
                new OpenedRootKey(LocalFileRootKey.open(local.file(), random, settings.development()), () -> {});
            case RootKeySettings.Aws aws -> {
                AwsKmsRootKey key = AwsKmsRootKey.open(aws.properties());
                yield new OpenedRootKey(key, key);
            }
            case RootKeySettings.Pkcs11 hsm -> {
                Pkcs11RootKey key = Pkcs11RootKey.open(hsm.properties(), random);
                yield new OpenedRootKey(key, key);
            }
        };
    }

    @Override
    public void close() throws Exception {
        keeper.close();
    }
}
