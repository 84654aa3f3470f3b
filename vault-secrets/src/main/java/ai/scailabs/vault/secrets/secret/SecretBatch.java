package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.PathFilter;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.mount.Mount;
import ai.scailabs.vault.secrets.mount.MountTable;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.SecretReads.FoundMany;
import ai.scailabs.vault.secrets.secret.SecretReads.Standing;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Reads many values at once: one statement, every path by its own policy decision and with its own outcome. Thread-safe. */
public final class SecretBatch {
    public static final int MAX_PATHS = 100;
    private static final int MAX_RESTARTS = 4;

    private final SecretReads reads;
    private final AccessControl access;
    private final ValueOpener opener;
    private final Mounts mounts;

    /**
     * @param accesses hears of every value of ours that was revealed
     * @param mounts which paths lie elsewhere, and are read there
     */
    public SecretBatch(
            TenantTransactions tenants,
            AccessControl access,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            AccessListener accesses,
            Mounts mounts,
            Clock clock) {
        this.reads = new SecretReads(tenants);
        this.access = access;
        this.mounts = mounts;
        this.opener = new ValueOpener(keyrings, cipher, accesses, clock);
    }

    /**
     * The values, which the caller closes together.
     *
     * @param paths at most 100; one that is named twice counts once
     * @param version read every path at this version; absent for the current ones
     * @param failFast whether the first error, in the order of the paths, ends the batch
     * @throws VaultException {@code validation_error}, {@code tenant_access_denied}, {@code service_unavailable}, {@code kms_unavailable}; what is wrong with one path
     *     is in the result
     */
    public BatchResult read(
            Caller caller, SecretSpace space, List<SecretPath> paths, @Nullable Integer version, boolean failFast) {
        if (paths.isEmpty() || paths.size() > MAX_PATHS) {
            throw VaultException.invalidField("paths", "does not have 1 to " + MAX_PATHS + " members");
        }
        List<SecretPath> wanted = paths.stream().distinct().toList();
        PathFilter filter = filter(caller, space);
        for (int attempt = 0; attempt < MAX_RESTARTS; attempt++) {
            PathFilter asked = filter;
            List<SecretPath> allowed =
                    wanted.stream().filter(path -> asked.matches(path.value())).toList();
            FoundMany found = reads.many(space.owner(), allowed, version);
            filter = confirmed(filter, space, found.epoch(), found.active());
            if (filter == asked) {
                MountTable table = mounts.at(space.owner(), found.epoch());
                Map<SecretPath, Outcome> outcomes = openAll(caller, space.owner(), allowed, found, table, version);
                if (holds(filter, space, table, outcomes)) {
                    return chosen(filter, wanted, outcomes, failFast);
                }
                close(outcomes);
                filter = filter(caller, space);
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The policies change faster than the batch can be read");
    }

    /** Another vault may have taken seconds, in which a right may be withdrawn and a mount be changed. */
    private boolean holds(PathFilter filter, SecretSpace space, MountTable table, Map<SecretPath, Outcome> outcomes) {
        if (outcomes.keySet().stream().noneMatch(path -> table.covering(path) != null)) {
            return true;
        }
        Standing now = reads.standing(space.owner());
        return confirmed(filter, space, now.epoch(), now.active()) == filter;
    }

    private PathFilter filter(Caller caller, SecretSpace space) {
        if (space.isShared()) {
            return access.filterShared(caller, Permission.READ);
        }
        if (!space.owner().equals(caller.actor().tenant())) {
            throw new IllegalArgumentException("the space is another tenant's");
        }
        return access.filter(caller, Permission.READ);
    }

    private PathFilter confirmed(PathFilter filter, SecretSpace space, long epoch, boolean active) {
        if (!active) {
            throw SecretRefusals.suspended();
        }
        // A shared space's epoch says nothing about the actor's policies, which were read for this very request.
        return space.isShared() ? filter : access.confirm(filter, epoch);
    }

    private static BatchResult chosen(
            PathFilter filter, List<SecretPath> wanted, Map<SecretPath, Outcome> outcomes, boolean failFast) {
        Map<SecretPath, RevealedSecret> secrets = new LinkedHashMap<>();
        Map<SecretPath, VaultException> errors = new LinkedHashMap<>();
        for (SecretPath path : wanted) {
            Outcome outcome = outcomes.get(path);
            if (outcome == null) {
                outcome = new Outcome(null, filter.refusal(path.value()));
            }
            if (outcome.secret() != null) {
                secrets.put(path, outcome.secret());
            } else if (outcome.error() != null) {
                errors.put(path, outcome.error());
            }
            if (outcome.error() != null && failFast) {
                close(outcomes);
                return new BatchResult(Map.of(), errors, true);
            }
        }
        return new BatchResult(secrets, errors, false);
    }

    /** All at once: whoever asks the root key for the same key at the same time shares one answer, so a slow root key is waited for about once. */
    private Map<SecretPath, Outcome> openAll(
            Caller caller,
            TenantId owner,
            List<SecretPath> paths,
            FoundMany found,
            MountTable table,
            @Nullable Integer version) {
        Map<SecretPath, Outcome> outcomes = new LinkedHashMap<>();
        RuntimeException failure = null;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<SecretPath, Future<Outcome>> pending = new LinkedHashMap<>();
            for (SecretPath path : paths) {
                StoredSecret stored = found.secrets().get(path);
                Mount mount = table.covering(path);
                pending.put(
                        path,
                        threads.submit(() -> mount == null
                                ? open(owner, path, stored, version)
                                : fetch(caller, mount, path, version)));
            }
            for (Map.Entry<SecretPath, Future<Outcome>> entry : pending.entrySet()) {
                try {
                    outcomes.put(entry.getKey(), entry.getValue().get());
                } catch (ExecutionException failed) {
                    failure = failed.getCause() instanceof RuntimeException cause
                            ? cause
                            : new IllegalStateException("a value could not be opened", failed.getCause());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    failure = new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The server is stopping", interrupted);
                }
            }
        }
        if (failure != null) {
            close(outcomes);
            throw failure;
        }
        return outcomes;
    }

    private Outcome open(TenantId owner, SecretPath path, @Nullable StoredSecret stored, @Nullable Integer version) {
        if (stored == null || stored.secret() == null || stored.secret().deletedAt() != null) {
            return new Outcome(null, SecretRefusals.notFound(path));
        }
        try {
            return new Outcome(opener.open(owner, stored.secret(), stored.version(), version, stored.epoch()), null);
        } catch (VaultException refused) {
            if (refused.code().retryable()) {
                throw refused;
            }
            return new Outcome(null, refused);
        }
    }

    /** What goes wrong there is said of that path alone. */
    private static Outcome fetch(Caller caller, Mount mount, SecretPath path, @Nullable Integer version) {
        try {
            return new Outcome(
                    MountedReads.revealed(path, mount, mount.read(caller.actor().identity(), path, version)), null);
        } catch (VaultException refused) {
            return new Outcome(null, refused);
        }
    }

    private static void close(Map<SecretPath, Outcome> outcomes) {
        for (Outcome outcome : outcomes.values()) {
            if (outcome.secret() != null) {
                outcome.secret().close();
            }
        }
    }

    /** Exactly one is present. */
    private record Outcome(
            @Nullable RevealedSecret secret, @Nullable VaultException error) {}
}
