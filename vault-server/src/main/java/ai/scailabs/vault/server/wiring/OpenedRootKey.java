package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.kms.aws.AwsKmsRootKey;
import ai.scailabs.vault.kms.azure.AzureKmsRootKey;
import ai.scailabs.vault.kms.gcp.GcpKmsRootKey;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.kms.pkcs11.Pkcs11RootKey;
import ai.scailabs.vault.kms.tpm.TpmRootKey;
import ai.scailabs.vault.kms.transit.TransitRootKey;
import ai.scailabs.vault.server.settings.RootKeySettings;
import java.security.SecureRandom;
import java.time.Clock;

/** A root key as its keeper gives it. Of keepers that were not chosen not even the classes are loaded. */
record OpenedRootKey(RootKey key, AutoCloseable keeper) implements AutoCloseable {
    /** @throws IllegalStateException when it cannot be used; says why */
    static OpenedRootKey open(RootKeySettings settings, SecureRandom random, boolean development) {
        return switch (settings) {
            case RootKeySettings.LocalFile local ->
                new OpenedRootKey(LocalFileRootKey.open(local.file(), random, development), () -> {});
            case RootKeySettings.Aws aws -> {
                AwsKmsRootKey key = AwsKmsRootKey.open(aws.properties());
                yield new OpenedRootKey(key, key);
            }
            case RootKeySettings.Gcp gcp -> {
                GcpKmsRootKey key = GcpKmsRootKey.open(gcp.properties(), random);
                yield new OpenedRootKey(key, key);
            }
            case RootKeySettings.Azure azure -> {
                AzureKmsRootKey key = AzureKmsRootKey.open(azure.properties(), random, Clock.systemUTC());
                yield new OpenedRootKey(key, key);
            }
            case RootKeySettings.Transit transit -> {
                TransitRootKey key = TransitRootKey.open(transit.properties(), random, Clock.systemUTC());
                yield new OpenedRootKey(key, key);
            }
            case RootKeySettings.Pkcs11 hsm -> {
                Pkcs11RootKey key = Pkcs11RootKey.open(hsm.properties(), random);
                yield new OpenedRootKey(key, key);
            }
            case RootKeySettings.Tpm tpm -> {
                TpmRootKey key = TpmRootKey.open(tpm.properties(), random);
                yield new OpenedRootKey(key, key);
            }
        };
    }

    @Override
    public void close() throws Exception {
        keeper.close();
    }
}
