package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import org.jspecify.annotations.Nullable;

/** What was copied last, for whoever writes in its place. Thread-safe. */
public interface LastCopies {
    /**
     * Whether what lies there now is what the copy was made of.
     *
     * @param now absent when nothing lies there
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable}, {@code kms_unavailable}
     */
    boolean areStill(Backend backend, SecretPath path, @Nullable RemoteSecret now);

    /**
     * The same value lies there and here from now on. What is not noted the next run finds.
     *
     * @param version of ours
     */
    void note(Backend backend, SecretPath path, SensitiveBytes value, int version);
}
