package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.RememberedSecrets.Remembered;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Changes a secret on what was read of it, and begins anew when that has changed meanwhile. No lock is held between reading and changing, so that a slow root key
 * holds nobody else up.
 */
final class GuardedChange {
    private static final int MAX_ATTEMPTS = 16;
    private static final long SHORTEST_PAUSE_NANOS = 100_000;
    private static final int MAX_DOUBLINGS = 8;

    private final SecretReads reads;
    private final PermitCheck permits;
    private final RememberedSecrets remembered;
    private final Mounts mounts;

    /** @param remembered what is worthless after a change, and is forgotten early */
    GuardedChange(SecretReads reads, PermitCheck permits, RememberedSecrets remembered, Mounts mounts) {
        this.mounts = mounts;
        this.reads = reads;
        this.permits = permits;
        this.remembered = remembered;
    }

    /**
     * @param change refuses by throwing, is empty when the state has changed under it
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_conflict} when others were first every time
     */
    <T> T run(Permit permit, SecretSpace space, SecretPath path, Function<SecretState, Optional<T>> change) {
        T outcome = look(permit, space, path, change, true);
        remembered.forget(space.owner(), path);
        return outcome;
    }

    /** As {@link #run}, where another vault has been written already that alone changes the path. @param change remembers its own outcome */
    <T> T runPassed(Permit permit, SecretSpace space, SecretPath path, Function<SecretState, Optional<T>> change) {
        return look(permit, space, path, change, false);
    }

    /**
     * As {@link #run}, but tries first on what is remembered, without looking at what is stored. When that is outdated nothing is changed, and what it would refuse is
     * decided by a look.
     *
     * @param change remembers its own outcome
     */
    <T> T runOnRemembered(
            Permit permit, SecretSpace space, SecretPath path, Function<SecretState, Optional<T>> change) {
        Remembered known = permit.isShared() ? null : remembered.get(space.owner(), path);
        if (known != null && mounts.at(space.owner(), permit.policyEpoch()).sourceOf(path) == null) {
            try {
                Optional<T> outcome = change.apply(known.stateAt(permit.policyEpoch()));
                if (outcome.isPresent()) {
                    return outcome.get();
                }
            } catch (VaultException refused) {
                // A refusal may rest on what is outdated, so a look decides; after an outage nobody knows what was
                // done, and it is not done again.
                if (refused.code().status() == 503) {
                    throw refused;
                }
            }
            remembered.forget(space.owner(), path);
        }
        return look(permit, space, path, change, true);
    }

    private <T> T look(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            Function<SecretState, Optional<T>> change,
            boolean oursAlone) {
        int currentVersion = 0;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            SecretState seen = reads.state(space.owner(), path).orElseThrow(() -> SecretRefusals.notFound(path));
            permits.confirm(permit, seen.epoch(), seen.active());
            MountSource source = mounts.at(space.owner(), seen.epoch()).sourceOf(path);
            if (source != null && oursAlone) {
                throw SecretRefusals.readOnly(path, source);
            }
            Optional<T> outcome = change.apply(seen);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            currentVersion = seen.liveVersion();
            pause(attempt);
        }
        throw SecretRefusals.versionConflict(currentVersion);
    }

    /** Longer each time, and different for everybody. */
    private static void pause(int attempt) {
        long longest = SHORTEST_PAUSE_NANOS << Math.min(attempt, MAX_DOUBLINGS);
        long spread = (System.nanoTime() ^ Thread.currentThread().threadId()) * 0x9E3779B97F4A7C15L;
        LockSupport.parkNanos(SHORTEST_PAUSE_NANOS + Math.floorMod(spread >>> 16, longest));
    }
}
