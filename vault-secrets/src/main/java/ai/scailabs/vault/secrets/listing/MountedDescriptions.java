package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.access.decision.PathFilter;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.Mount;
import ai.scailabs.vault.secrets.mount.MountTable;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What other vaults say of secrets that are asked for by name, all asked at once.
 *
 * @param errors of those that did not say anything
 */
record MountedDescriptions(Map<SecretPath, SecretView> secrets, Map<SecretPath, VaultException> errors) {
    static final MountedDescriptions NONE = new MountedDescriptions(Map.of(), Map.of());

    /** @param globs of which those are asked for that are paths, mounted and allowed by the filter */
    static MountedDescriptions of(List<PathGlob> globs, PathFilter filter, MountTable table) {
        MountedDescriptions known = new MountedDescriptions(new LinkedHashMap<>(), new LinkedHashMap<>());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<SecretPath, Future<SecretView>> pending = new LinkedHashMap<>();
            for (PathGlob glob : globs) {
                if (SecretListing.isPattern(glob.pattern()) || !filter.matches(glob.pattern())) {
                    continue;
                }
                SecretPath path = new SecretPath(glob.pattern());
                Mount mount = table.covering(path);
                if (mount != null) {
                    pending.put(path, threads.submit(() -> SecretView.of(path, mount.source(), mount.describe(path))));
                }
            }
            pending.forEach(known::take);
        }
        return known;
    }

    boolean areNone() {
        return secrets.isEmpty() && errors.isEmpty();
    }

    private void take(SecretPath path, Future<SecretView> answer) {
        try {
            secrets.put(path, answer.get());
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof VaultException refused)) {
                throw new IllegalStateException("another vault could not be asked", failed.getCause());
            }
            errors.put(path, refused);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The server is stopping", interrupted);
        }
    }
}
