package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.folder.DataFolder;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** The root key of a development server: a file, made once. */
final class RootKeyFile {
    private final DataFolder folder;
    private final SecureRandom random;

    RootKeyFile(DataFolder folder, SecureRandom random) {
        this.folder = folder;
        this.random = random;
    }

    /**
     * Makes the key on the first start and points the server to it, unless the caller has chosen a key of their own.
     *
     * @throws LaunchFailure when the key of existing data is gone: a new one would not open them
     */
    void provide(ServerSettings settings) {
        if (settings.isCallers("KMS_PROVIDER") || settings.isCallers("KMS_LOCAL_KEY_FILE")) {
            settings.offer("KMS_PROVIDER", "local");
            return;
        }
        Path file = folder.file("root.key");
        if (!Files.exists(file) && Files.exists(folder.file(Orphans.POSTGRES))) {
            throw new LaunchFailure(file + " is gone, and no other key opens the secrets in " + folder.path()
                    + ": put it back, or begin anew with another --data");
        }
        try {
            LocalFileRootKey.openOrCreate(file, random);
        } catch (IllegalStateException e) {
            throw new LaunchFailure(String.valueOf(e.getMessage()), e);
        }
        settings.offer("KMS_PROVIDER", "local").offer("KMS_LOCAL_KEY_FILE", file.toString());
    }
}
