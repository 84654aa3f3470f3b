package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.remote.BackendType;

/** Hears of calls of other vaults. Called on the thread of the call; must be quick. */
@FunctionalInterface
public interface ProxyListener {
    /**
     * @param outcome {@code ok}, or the reason of a {@link ai.scailabs.vault.federation.remote.RemoteFailure}
     * @param nanos how long it took
     */
    void called(BackendType type, String outcome, long nanos);
}
